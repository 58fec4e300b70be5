"""The net for contours, converted from the package that carries its weights."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import pytest

from pipeline.vision import contour_weights
from pipeline.vision.installation import list_missing_nets
from pipeline.vision.weights import CONTOURS, find_net_file


def test_the_environment_has_all_nets_after_its_installation() -> None:
    assert list_missing_nets() == []


def test_the_model_is_written_once_and_is_the_one_that_was_tried(tmp_path: Path) -> None:
    folder = tmp_path / "hed"
    with ThreadPoolExecutor(2) as executor:  # two installations at the same time
        list(executor.map(contour_weights.install, (folder, folder)))
    model = contour_weights.find_contour_model(folder)
    assert model is not None
    assert list(folder.iterdir()) == [model]
    written = model.stat().st_mtime_ns
    contour_weights.install(folder)
    assert model.stat().st_mtime_ns == written


def test_half_a_file_counts_for_nothing_and_is_replaced(tmp_path: Path) -> None:
    (tmp_path / contour_weights.MODEL_FILE).write_bytes(b"half")
    assert contour_weights.find_contour_model(tmp_path) is None
    contour_weights.install(tmp_path)
    assert contour_weights.find_contour_model(tmp_path) is not None


def test_weights_of_which_a_number_differs_make_no_model(tmp_path: Path) -> None:
    source = find_net_file(CONTOURS)
    assert source is not None
    other = tmp_path / "other.h5"
    shutil.copyfile(source, other)
    with h5py.File(other, "r+") as file:
        file["block3/layers/conv2d_1/vars/1"][0] += 0.5
    with pytest.raises(contour_weights.ContourWeightsUnusable):
        contour_weights.convert_weights(other, tmp_path / "model.onnx")
