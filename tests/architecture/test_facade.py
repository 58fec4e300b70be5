"""What others import from `pipeline`: the names of its stub, each loaded when it is used (docs/adr/0016)."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pipeline

ROOT = Path(__file__).parents[2]
STUB = ROOT / "pipeline" / "__init__.pyi"
LOADED = "; import json, sys; print(json.dumps(sorted(sys.modules)))"


def stub_names() -> dict[str, str]:
    """The module of each name."""
    return {
        alias.name: f"pipeline.{node.module}"
        for node in ast.parse(STUB.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def modules_loaded_by(code: str) -> set[str]:
    """The modules a fresh process holds once it has run the code."""
    command = [sys.executable, "-c", code + LOADED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def pipeline_modules(modules: set[str]) -> set[str]:
    return {name for name in modules if name.startswith("pipeline.")}


def test_the_package_alone_loads_none_of_its_modules() -> None:
    loaded = modules_loaded_by("import pipeline; dir(pipeline)")
    assert "pipeline" in loaded
    assert pipeline_modules(loaded) == set()


def test_a_name_loads_its_own_module_and_what_that_one_needs() -> None:
    loaded = modules_loaded_by("from pipeline import Scheduler")
    own = {"pipeline.operations", "pipeline.operations.scheduler", "pipeline.operations.request_id"}
    assert pipeline_modules(loaded) == own


def test_every_name_of_the_stub_is_there_and_none_loads_a_codec_or_a_speech_service() -> None:
    names = stub_names()
    loaded = modules_loaded_by(f"from pipeline import {', '.join(names)}")
    assert set(names.values()) <= loaded
    assert not loaded & {"cv2", "av", "numpy", "skimage", "groq", "faster_whisper", "ctranslate2", "pocketsphinx"}


def test_the_package_lists_the_names_of_the_stub_once_each() -> None:
    assert sorted(pipeline.__all__) == sorted(stub_names())


def test_the_facade_has_no_name_that_nobody_outside_uses() -> None:
    sources = [path for folder in ("bots", "tests/plugin") for path in (ROOT / folder).rglob("*.py")]
    used = {
        alias.name
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "pipeline"
        for alias in node.names
    }
    told = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    assert [name for name in stub_names() if name not in used and f"`{name}`" not in told] == []
