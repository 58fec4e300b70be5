"""The reduced net for contours beside the whole one."""

from pathlib import Path

import cv2
import h5py
import numpy as np
import pytest
from fakes import sample_pictures

from pipeline.vision import contour_weights
from pipeline.vision.contour_model import build_model
from pipeline.vision.contours import build_input, find_contours
from pipeline.vision.types import Picture
from pipeline.vision.weights import CONTOURS, find_net_file


@pytest.fixture(scope="module")
def whole_net(tmp_path_factory: pytest.TempPathFactory) -> cv2.dnn.Net:
    source = find_net_file(CONTOURS)
    assert source is not None
    path: Path = tmp_path_factory.mktemp("hed") / "whole.onnx"
    with h5py.File(source) as weights:
        path.write_bytes(build_model(lambda name: weights[name][()], {}))
    return cv2.dnn.readNetFromONNX(str(path))


@pytest.mark.parametrize(
    "picture",
    [sample_pictures.draw_photo(640, 400), sample_pictures.draw_line_drawing(640, 400)],
    ids=["photo", "drawing"],
)
def test_the_reduced_net_sees_what_the_whole_one_sees(whole_net: cv2.dnn.Net, picture: Picture) -> None:
    whole_net.setInput(build_input(picture))
    expected = cv2.resize(whole_net.forward()[0, 0], (640, 400))
    contours = find_contours(picture)
    assert contours is not None
    assert np.abs(contours - expected).mean() < 0.02
    assert np.corrcoef(contours.ravel(), expected.ravel())[0, 1] > 0.99


def test_the_model_is_less_than_half_as_large_as_the_whole_one() -> None:
    model = contour_weights.find_contour_model()
    assert model is not None
    assert model.stat().st_size < 13_000_000
