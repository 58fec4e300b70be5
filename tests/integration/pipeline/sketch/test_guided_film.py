"""Films whose order a user chose: what is drawn first is what was named first."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from skimage import data

from models.jobs.options import SketchOptions
from models.sketch.subjects import Subject
from pipeline.media.pictures.picture import Picture
from pipeline.sketch import film

INK = 130  # luma below which a pixel counts as ink


def cat_beside_cup() -> np.ndarray:
    cat = cv2.resize(data.chelsea(), (600, 400), interpolation=cv2.INTER_AREA)
    return np.hstack([cat, data.coffee()])


def ink_by_side(path: Path, share: float) -> tuple[int, int]:
    """Pixels of ink on the left picture and on the right one, without the seam, at a share of the film."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    is_ink = frames[round(share * (len(frames) - 1))] < INK
    width = is_ink.shape[1]
    return int(is_ink[:, : round(0.45 * width)].sum()), int(is_ink[:, round(0.6 * width) :].sum())


@pytest.mark.parametrize(("labels", "is_cup_first"), [(("cup", "cat"), True), (("cat", "cup"), False)])
def test_what_is_named_first_is_drawn_first(tmp_path: Path, labels: tuple[str, ...], is_cup_first: bool) -> None:
    order = tuple(Subject(label=label) for label in labels)
    options = SketchOptions(seconds=5, fps=20, hand="none", finish="lines", order=order)
    out = tmp_path / "film.mp4"
    film.make([Picture(cat_beside_cup())], out, options, lambda _stage, _share: None)
    cat, cup = ink_by_side(out, 0.15)
    whole_cat, whole_cup = ink_by_side(out, 1.0)
    shares = (cup / whole_cup, cat / whole_cat) if is_cup_first else (cat / whole_cat, cup / whole_cup)
    assert shares[0] > 0.15
    assert shares[1] < 0.05


def test_what_is_drawn_last_is_not_begun_before_the_rest_is_there(tmp_path: Path) -> None:
    options = SketchOptions(seconds=5, fps=20, hand="none", finish="lines", order=(Subject(label="cat", is_last=True),))
    out = tmp_path / "film.mp4"
    film.make([Picture(cat_beside_cup())], out, options, lambda _stage, _share: None)
    cat, cup = ink_by_side(out, 0.3)
    whole_cat, _ = ink_by_side(out, 1.0)
    assert cup > 1000
    assert cat < 0.2 * whole_cat
