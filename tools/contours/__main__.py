"""Bases of HED's layers: `python -m tools.contours` writes pipeline/vision/contour_bases.npz (a minute).

The answers of a layer's 64 to 512 filters are much alike: on photographs a third of the principal directions hold
99.7 % of their variance. The net is run on pictures of scikit-image's wheel, whole and their middles, and the
directions of each layer are taken from a sample of its answers.
The digest in `pipeline/vision/contour_weights.py` changes with them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import cv2
import h5py
import numpy as np
import onnx
import onnxruntime
import skimage.data
from numpy.typing import NDArray

from pipeline.vision import contour_weights
from pipeline.vision.contour_model import build_model
from pipeline.vision.contours import build_input
from pipeline.vision.weights import CONTOURS, find_net_file

PICTURES: Final = (
    "astronaut.png", "brick.png", "camera.png", "chelsea.png", "clock_motion.png", "coffee.png", "coins.png",
    "color.png", "grass.png", "horse.png", "hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png",
    "page.png", "retina.jpg", "rocket.jpg", "text.png",
)  # fmt: skip
VARIANCE: Final = 0.997  # of a layer's answers, that its directions hold
MULTIPLE: Final = 8  # of directions, as processors take numbers
SAMPLES: Final = 1_000  # pixels of a picture
AREAS: Final = (60_000, 40_000)  # pixels of a picture, and of its middle

_Array = NDArray[Any]


def main() -> None:
    source = find_net_file(CONTOURS)
    assert source
    with h5py.File(source) as weights:
        model = onnx.load_from_string(build_model(lambda name: weights[name][()], {}))
    bases: dict[str, _Array] = {}
    for name, answers in _sample_answers(model).items():
        bases |= _find_basis(name, answers)
    np.savez(contour_weights.BASES, **bases)


def _sample_answers(model: Any) -> dict[str, _Array]:
    """Answers of each layer before what is negative is dropped: pixels x filters."""
    names = [each.output[0] for each in model.graph.node if each.op_type == "Conv" and "layer" in each.output[0]]
    for name in names:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    random = np.random.default_rng(14)
    found: dict[str, list[_Array]] = {name: [] for name in names}
    for picture in _list_inputs():
        for name, answer in zip(names, session.run(names, {"picture": picture}), strict=True):
            pixels = answer[0].reshape(answer.shape[1], -1).T
            found[name].append(random.permutation(pixels)[:SAMPLES].astype(np.float64))
    return {name: np.concatenate(answers) for name, answers in found.items()}


def _list_inputs() -> Iterator[_Array]:
    for name in PICTURES:
        picture = cv2.cvtColor(cv2.imread(str(Path(skimage.data.__file__).parent / name)), cv2.COLOR_BGR2RGB)
        height, width = picture.shape[:2]
        middle = np.ascontiguousarray(picture[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4])
        for part, area in zip((picture, middle), AREAS, strict=True):
            yield build_input(part, area)


def _find_basis(name: str, answers: _Array) -> dict[str, _Array]:
    """A layer's principal directions, filters x directions, and its mean answer."""
    mean = answers.mean(axis=0)
    values, directions = np.linalg.eigh(np.cov((answers - mean).T))
    held = np.cumsum(values[::-1]) / values.sum()
    count = -(-(int(np.searchsorted(held, VARIANCE)) + 1) // MULTIPLE) * MULTIPLE
    return {name: directions[:, ::-1][:, :count].astype(np.float16), f"{name}.mean": mean.astype(np.float32)}


if __name__ == "__main__":
    main()
