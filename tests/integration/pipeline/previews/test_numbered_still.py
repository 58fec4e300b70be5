"""Stills with numbered objects: what is found in pictures, and what is drawn on them."""

import json
from pathlib import Path

import numpy as np
import pytest
from fakes import sample_pictures
from PIL import Image
from skimage import data

from models.sketch.subjects import NumberedSubject
from pipeline.previews.numbered_still import draw_still, find_subjects


def save(folder: Path, **pictures: np.ndarray) -> list[Path]:
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return [folder / f"{name}.png" for name in pictures]


def find_in(pictures: list[Path], folder: Path) -> list[NumberedSubject]:
    find_subjects(pictures, folder / "found.json")
    return [NumberedSubject.model_validate(each) for each in json.loads((folder / "found.json").read_text())]


def test_known_objects_are_named_and_lie_where_they_are(tmp_path: Path) -> None:
    found = find_in(save(tmp_path, coffee=data.coffee()), tmp_path)
    cup = next(each for each in found if each.label == "cup")
    assert cup.box == pytest.approx((0.29, 0.04, 0.40, 0.72), abs=0.03)
    assert cup.spot == cup.box


def test_things_of_a_line_drawing_are_found_without_being_known(tmp_path: Path) -> None:
    found = find_in(save(tmp_path, lines=sample_pictures.draw_line_drawing()), tmp_path)
    assert len(found) == 4
    assert {each.label for each in found} == {""}
    assert [each.box[0] for each in found] == sorted(each.box[0] for each in found)


def test_pictures_of_an_album_are_numbered_on_and_shown_on_one_still(tmp_path: Path) -> None:
    pictures = save(
        tmp_path, cat=data.chelsea(), moto=data.stereo_motorcycle()[0], empty=np.full((90, 120, 3), 255, np.uint8)
    )
    found = find_in(pictures, tmp_path)
    assert [(each.label, each.picture) for each in found] == [("cat", 0), ("motorcycle", 1)]
    assert found[0].spot[0] < 0.5 < found[1].spot[0]


def test_each_number_has_its_frame_and_chosen_ones_another_colour(tmp_path: Path) -> None:
    (picture,) = save(tmp_path, white=np.full((400, 800, 3), 255, np.uint8))
    spots = [(0.1, 0.1, 0.3, 0.6), (0.6, 0.1, 0.3, 0.6)]
    subjects = [NumberedSubject(box=spot, spot=spot) for spot in spots]
    draw_still([picture], subjects, (2,), tmp_path / "still.jpg")
    still = np.asarray(Image.open(tmp_path / "still.jpg")).astype(int)
    is_red = (still[..., 0] > 150) & (still[..., 1] < 110)
    is_green = (still[..., 1] > 100) & (still[..., 0] < 80)
    half = still.shape[1] // 2
    assert is_red[:, :half].sum() > 1000 > is_red[:, half:].sum()
    assert is_green[:, half:].sum() > 1000 > is_green[:, :half].sum()


@pytest.mark.parametrize("spot", [(0, 0, 1, 1), (0.99, 0.99, 0.01, 0.01), (0, 0.5, 0, 0)])
def test_a_number_at_the_edge_stays_on_the_picture(tmp_path: Path, spot: tuple[float, ...]) -> None:
    (picture,) = save(tmp_path, small=np.full((16, 30, 3), 200, np.uint8))
    subject = NumberedSubject.model_validate({"box": spot, "spot": spot})
    draw_still([picture], [subject] * 12, (), tmp_path / "still.jpg")
    with Image.open(tmp_path / "still.jpg") as still:
        assert max(still.size) == 1000
