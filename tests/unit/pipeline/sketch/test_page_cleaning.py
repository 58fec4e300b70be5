"""Photographs of pages whose paper becomes the board."""

import cv2
import numpy as np
from fakes import sample_pictures
from skimage import data

from pipeline.media.pictures.picture import Picture
from pipeline.sketch.canvas import has_board_background
from pipeline.sketch.grounds.page_cleaning import clean_page


def shade(page: np.ndarray) -> np.ndarray:
    """A page under a lamp at its left."""
    light = np.linspace(0.95, 0.62, page.shape[1], dtype=np.float32)[None, :, None]
    return (page * light * np.array((1, 0.98, 0.94), np.float32)).astype(np.uint8)


def test_the_paper_of_a_page_under_a_lamp_becomes_white_and_its_letters_stay() -> None:
    page = sample_pictures.draw_text_page(640, 480, rows=6)
    cleaned = clean_page(Picture(shade(page)))
    assert has_board_background(cleaned)
    grey, before = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (cleaned.pixels, page))
    assert (grey[before > 250] > 240).mean() > 0.97
    assert (grey[before < 60] < 130).mean() > 0.97


def test_other_photographs_stay_as_they_are() -> None:
    for pixels in (data.astronaut(), data.coffee(), data.chelsea(), sample_pictures.draw_photo(640, 480)):
        picture = Picture(pixels)
        assert clean_page(picture) is picture
