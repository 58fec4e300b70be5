"""Who may import whom, and what a process that talks to people must never load."""

import ast
import importlib
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import typer

from bots.cli.lazy_group import COMMANDS_BY_MODULE

ROOT = Path(__file__).parents[2]
PACKAGES = ("bots", "pipeline", "storage", "models")
# nothing is collected, and nothing taken apart at the end: that would be a third of the time
LOADED = """import gc, json, os, sys
gc.disable()
import {module}
names = {{name if name.startswith("bots.") else name.partition(".")[0] for name in sys.modules}}
print(json.dumps(sorted(names)), flush=True)
os._exit(0)
"""


def loaded_by(module: str) -> set[str]:
    """The top-level modules, and all of `bots`, that a fresh process holds once it has imported that one."""
    command = [sys.executable, "-c", LOADED.format(module=module)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@cache
def trees() -> dict[Path, ast.Module]:
    """Our modules, read; without the migrations, which are written by a tool."""
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    ours = [path for path in found if "migrations/versions" not in path.as_posix()]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in ours}


@cache
def calls() -> list[tuple[Path, ast.Call]]:
    """Every call in our modules."""
    return [(path, node) for path, tree in trees().items() for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_a_process_that_talks_to_people_loads_no_codec_and_no_speech_service() -> None:
    loaded = loaded_by("bots.cli.up")
    assert {"telegram", "fastapi", "dramatiq"} <= loaded
    assert not loaded & {"cv2", "av", "numpy", "skimage", "groq", "faster_whisper", "ctranslate2", "pocketsphinx"}
    assert "neonize" not in loaded  # it is at home in gateway processes alone


@pytest.mark.parametrize(
    ("command", "others"),
    [
        ("web", {"telegram"}),
        ("telegram", {"fastapi", "uvicorn"}),
        ("whatsapp", {"telegram", "fastapi", "uvicorn"}),
        ("worker", {"telegram", "fastapi", "uvicorn", "bots.billing.service", "bots.core.update_handler"}),
    ],
)
def test_a_process_of_one_service_loads_no_other(command: str, others: set[str]) -> None:
    assert not loaded_by(f"bots.cli.{command}") & (others | {"neonize", "cv2", "av", "numpy", "groq"})


def test_a_film_made_from_the_command_line_waits_for_no_messenger_and_no_server() -> None:
    assert not loaded_by("bots.cli, bots.cli.render") & {
        "telegram",
        "fastapi",
        "uvicorn",
        "stripe",
        "alembic",
        "psycopg",
    }


def test_every_command_is_in_the_module_that_is_said_to_have_it() -> None:
    for module, names in COMMANDS_BY_MODULE.items():
        shelf = typer.Typer()
        importlib.import_module(f"bots.cli.{module}").register(shelf)
        assert tuple(typer.main.get_group(shelf).commands) == names


def test_a_gateway_of_whatsapp_numbers_loads_no_other_messenger() -> None:
    loaded = loaded_by("bots.app.whatsapp_gateway")
    assert {"neonize", "dramatiq", "sqlalchemy"} <= loaded
    assert not loaded & {"telegram", "fastapi", "uvicorn", "psycopg", "cv2", "av", "numpy", "groq"}


def test_every_module_says_what_it_is_and_is_short_enough_to_read() -> None:
    mute = [str(path) for path, tree in trees().items() if not ast.get_docstring(tree)]
    long = [str(path) for path in trees() if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    assert (mute, long) == ([], [])


def test_a_module_is_a_noun() -> None:
    vague = {"utils", "util", "helpers", "common", "manager"}
    assert [path for path in trees() if vague & set(path.relative_to(ROOT).with_suffix("").parts)] == []


def test_only_the_database_commits() -> None:
    assert [path for path, call in calls() if getattr(call.func, "attr", "") == "commit"] == []


def test_only_storage_and_models_write_sql() -> None:
    """Others pass a session on, and handle what a database may raise."""
    found = [
        f"{path.relative_to(ROOT)}: {node.module}.{alias.name}"
        for path, tree in trees().items()
        if path.relative_to(ROOT).parts[0] in {"bots", "pipeline"}
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in {"sqlalchemy", "sqlmodel"}
        for alias in node.names
        if (node.module, alias.name) != ("sqlmodel", "Session") and node.module != "sqlalchemy.exc"
    ]
    assert found == []
    assert [
        path
        for path, call in calls()
        if ast.unparse(call.func).endswith("session.exec") and path.relative_to(ROOT).parts[0] != "storage"
    ] == []


def test_media_is_opened_with_formats_and_protocols_named() -> None:
    """Playlists and network addresses are formats and protocols too."""
    opened = 0
    for path, call in calls():
        if getattr(call.func, "attr", "") == "open" and ast.unparse(call.func) == "av.open":
            is_written = any(isinstance(each, ast.Constant) and each.value == "w" for each in call.args)
            is_written |= any(each.arg == "mode" and "w" in ast.unparse(each.value) for each in call.keywords)
            text = ast.unparse(call)
            assert is_written or "options" in text or "whitelist" in text, f"{path}: {text}"
            opened += not is_written
    assert opened


def test_whatsapp_uses_the_libmagic_of_its_wheel_and_none_of_the_system() -> None:
    lines = "import bots.whatsapp.sessions.client_factory, pathlib; print(pathlib.Path('/proc/self/maps').read_text())"
    said = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    mapped = {line.split()[-1] for line in said.splitlines() if "libmagic" in line}
    assert mapped
    assert all("pylibmagic" in path for path in mapped)
