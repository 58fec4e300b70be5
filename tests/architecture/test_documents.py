"""Paths and links in documents lead to files there are."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = (ROOT / "CONTRIBUTING.md", ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
LINKING = (*DOCUMENTS, ROOT / "CHANGELOG.md")  # which also tells of what is gone
FOLDERS = ("bots", "docker", "docs", "models", "pipeline", "storage", "tests", "tools", ".ci", ".github")
EXTENSIONS = "py|toml|ftl|md|json|yml|js|html|css"
CODE = re.compile(r"`([^`\n]+)`")
IN_FOLDER = re.compile(rf"({'|'.join(map(re.escape, FOLDERS))})/[\w@./-]*")
FILE_NAME = re.compile(rf"[\w@./-]*\w\.({EXTENSIONS})")
WRITTEN_BY_OPERATORS = ("docker/.env",)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@cache
def tracked_files() -> tuple[str, ...]:
    """Every file of the folders, and of the root, with slashes around: a name is found as the end of one."""
    found = [path for name in FOLDERS for path in (ROOT / name).rglob("*") if "__pycache__" not in path.parts]
    return tuple(f"/{path.relative_to(ROOT).as_posix()}" for path in (*found, *ROOT.iterdir()))


def is_found(text: str) -> bool:
    """A path that begins with a folder must be there; a shorter one, or a mere name, must be the end of a path."""
    if IN_FOLDER.fullmatch(text):
        return (ROOT / text).exists()
    return any(path.endswith(f"/{text}") for path in tracked_files())


def paths_of(document: Path) -> Iterator[str]:
    for text in CODE.findall(document.read_text(encoding="utf-8")):
        if IN_FOLDER.fullmatch(text) or FILE_NAME.fullmatch(text):
            yield text


def anchors_of(document: Path) -> set[str]:
    """Anchors of headings as GitHub makes them: lower case, without punctuation, with hyphens for spaces."""
    headings = HEADING.findall(document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_in_a_document_is_there(document: Path) -> None:
    assert [text for text in paths_of(document) if not is_found(text) and text not in WRITTEN_BY_OPERATORS] == []


def test_paths_are_recognized() -> None:
    assert "pipeline/jobs/settlement.py" in set(paths_of(ROOT / "docs" / "architecture.md"))
    assert is_found("pipeline/kinds/")
    assert is_found("test_names.py")
    assert not is_found("pipeline/kinds/nothing.py")
    assert not is_found("names.py")


@pytest.mark.parametrize("document", LINKING, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    for target, anchor in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        path = (document.parent / target).resolve()
        assert path.exists(), target
        if anchor and path.suffix == ".md":
            assert anchor in anchors_of(path), f"{target}#{anchor}"
