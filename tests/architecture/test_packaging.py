"""The four package names are common words: they must be ours, and nobody else's."""

import importlib
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

from models.settings import Settings

ROOT = Path(__file__).parents[2]
PACKAGES = ("bots", "pipeline", "storage", "models")


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_name_leads_to_our_folder(name: str) -> None:
    found = importlib.import_module(name).__file__
    assert found is not None
    assert Path(found).resolve() == (ROOT / name / "__init__.py").resolve()


@pytest.mark.parametrize("name", PACKAGES)
def test_no_other_distribution_brings_a_package_of_that_name(name: str) -> None:
    claiming = {
        distribution.metadata["Name"]
        for distribution in distributions()
        for file in distribution.files or ()
        if file.parts[0] in {name, f"{name}.py"}
    }
    assert claiming <= {"rabisco"}


def test_a_stray_upload_would_be_refused() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "Private :: Do Not Upload" in project["classifiers"]
    assert project["scripts"] == {"rabisco": "bots.cli:main"}


def test_every_package_is_in_the_wheel() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert tuple(build["packages"]) == PACKAGES


def test_every_python_gets_the_same_version_of_a_library() -> None:
    names = [package["name"] for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]]
    assert len(names) == len(set(names))


def example() -> dict[str, str]:
    """The settings of `.env.example` with the comment above each."""
    told: dict[str, str] = {}
    comment = ""
    for line in (ROOT / ".env.example").read_text().splitlines():
        name, is_setting, _ = line.partition("=")
        if line.startswith("#"):
            comment = line
        elif is_setting:
            told[name] = comment
    return told


def test_every_setting_is_told_in_the_example_and_no_other() -> None:
    assert set(example()) == {name.upper() for name in Settings.model_fields}


def test_every_setting_of_the_example_has_a_comment() -> None:
    assert all(len(comment) > 10 for comment in example().values())


def test_the_example_is_a_file_that_works(tmp_path: Path) -> None:
    copy = tmp_path / ".env"
    copy.write_text((ROOT / ".env.example").read_text())
    assert Settings(_env_file=copy) == Settings(_env_file=None)  # type: ignore[call-arg]
