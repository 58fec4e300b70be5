"""Masks drawn to the edges of pictures."""

import cv2
import numpy as np

from pipeline.vision.guided_filter import refine_mask


def test_a_coarse_mask_gets_the_edge_of_the_thing_in_the_picture() -> None:
    picture = np.full((600, 800, 3), (180, 190, 200), np.uint8)
    cv2.circle(picture, (400, 300), 180, (150, 60, 60), -1)
    distance = np.hypot(*np.ogrid[-300:300, -400:400])
    is_inside = distance <= 180
    coarse = np.clip((187 - distance) / 12 + 0.5, 0, 1).astype(np.float32)  # 7 pixels too large, and soft
    refined = refine_mask(cv2.resize(coarse, (256, 256), interpolation=cv2.INTER_AREA), picture)
    assert refined.shape == (600, 800)
    assert ((refined > 0.5) != is_inside).mean() < 0.1 * ((coarse > 0.5) != is_inside).mean()
    assert refined[distance < 170].min() > 0.9
    assert refined[distance > 220].max() < 0.1


def test_where_a_picture_has_no_edges_the_mask_stays_as_it_is() -> None:
    mask = np.zeros((40, 60), np.float32)
    mask[:, 30:] = 1
    refined = refine_mask(mask, np.full((40, 60, 3), 90, np.uint8))
    assert refined[:, :20].max() < 0.01
    assert refined[:, 40:].min() > 0.99
