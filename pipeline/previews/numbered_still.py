"""Pictures with numbers on the objects in them, by which a user chooses what is drawn first; run in a child."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image

from models.captions.fonts import EMOJI_FAMILY, list_families
from models.sketch.subjects import MAX_NUMBERS, NumberedSubject, label_for_class
from pipeline.captions.text_shaping import render_masks
from pipeline.media.pictures.reader import read_picture
from pipeline.sketch.guidance.masks import Box
from pipeline.sketch.guidance.visible_groups import find_groups
from pipeline.sketch.types import Image as Pixels
from pipeline.vision.detectors.objects import find_objects, measure_overlap

_SIDE: Final = 1000  # pixels of the still's longer side
_GAP: Final = 12  # pixels between the pictures of an album
_FAMILIES: Final = tuple(family for family in list_families("Montserrat") if family != EMOJI_FAMILY)
_RADIUS_SHARE: Final = 0.032  # of the still's longer side: radius of a number's disc
_FREE, _CHOSEN = (214, 58, 42), (24, 138, 74)  # RGB
_WHITE: Final = (255, 255, 255)
_MIN_SCORE_OF_DRAWN: Final = 0.7  # of an object in a drawing, which the detector has not learned from
_SAME_OVERLAP: Final = 0.5  # intersection over union from which two boxes are one thing
_QUALITY: Final = 86


@dataclass(frozen=True, slots=True)
class _Tile:
    """One picture on the still: its pixels at that size, and its top left corner."""

    pixels: Pixels
    x: int
    y: int


def find_subjects(pictures: Sequence[Path], out: Path) -> None:
    """Write the objects in the pictures as JSON, from left to right: the `NumberedSubject`s, at most `MAX_NUMBERS`.

    Raises what `read_picture` raises.
    """
    tiles, size = _lay_out([read_picture(path, _SIDE).pixels for path in pictures])
    found = [subject for number, tile in enumerate(tiles) for subject in _find_in_tile(tile, number, size)]
    kept = sorted(found, key=lambda each: -each.box[2] * each.box[3])[:MAX_NUMBERS]
    ordered = sorted(kept, key=lambda each: (each.picture, each.box[0] + each.box[2] / 2))
    out.write_text(json.dumps([each.model_dump(mode="json") for each in ordered]))


def draw_still(pictures: Sequence[Path], subjects: Sequence[NumberedSubject], chosen: Sequence[int], out: Path) -> None:
    """Write a JPEG of the pictures with a number on each subject; those that were chosen have another colour."""
    tiles, (width, height) = _lay_out([read_picture(path, _SIDE).pixels for path in pictures])
    still = np.full((height, width, 3), 255, np.uint8)
    for tile in tiles:
        still[tile.y : tile.y + tile.pixels.shape[0], tile.x : tile.x + tile.pixels.shape[1]] = tile.pixels
    for number, subject in enumerate(subjects, start=1):
        _draw_number(still, number, subject, is_chosen=number in chosen)
    Image.fromarray(still).save(out, "JPEG", quality=_QUALITY, optimize=True)


def _lay_out(pictures: Sequence[Pixels]) -> tuple[list[_Tile], tuple[int, int]]:
    """The pictures in rows of equal cells, each in the middle of its own; width and height of the whole."""
    columns = math.ceil(math.sqrt(len(pictures)))
    cell = (_SIDE - _GAP * (columns - 1)) // columns
    scaled = [_scale(picture, cell) for picture in pictures]
    width, height = (max(each.shape[axis] for each in scaled) for axis in (1, 0))
    tiles = [
        _Tile(
            pixels,
            number % columns * (width + _GAP) + (width - pixels.shape[1]) // 2,
            number // columns * (height + _GAP) + (height - pixels.shape[0]) // 2,
        )
        for number, pixels in enumerate(scaled)
    ]
    rows = math.ceil(len(pictures) / columns)
    return tiles, (columns * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP)


def _scale(picture: Pixels, side: int) -> Pixels:
    scale = side / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def _find_in_tile(tile: _Tile, number: int, size: tuple[int, int]) -> list[NumberedSubject]:
    """What a detector knows in a picture, then what stands apart in it without being known."""
    groups = find_groups(tile.pixels)
    min_score = _MIN_SCORE_OF_DRAWN if groups else 0.0
    found = [(label_for_class(each.label), each.box) for each in find_objects(tile.pixels) if each.score >= min_score]
    unknown = [("", box) for box in groups if all(measure_overlap(box, known) < _SAME_OVERLAP for _, known in found)]
    height, width = tile.pixels.shape[:2]
    return [
        NumberedSubject(
            label=label,
            box=_to_shares(box, (width, height)),
            spot=_to_shares((box[0] + tile.x, box[1] + tile.y, box[2], box[3]), size),
            picture=number,
        )
        for label, box in (*found, *unknown)
    ]


def _to_shares(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (
        box[0] / size[0],
        box[1] / size[1],
        (box[0] + box[2]) / size[0],
        (box[1] + box[3]) / size[1],
    )
    left, top, right, bottom = (round(min(max(value, 0.0), 1.0), 4) for value in (left, top, right, bottom))
    return left, top, round(right - left, 4), round(bottom - top, 4)


def _draw_number(still: Pixels, number: int, subject: NumberedSubject, *, is_chosen: bool) -> None:
    """A thin frame around an object, and its number on a disc in its corner, where no other's is."""
    height, width = still.shape[:2]
    colour = _CHOSEN if is_chosen else _FREE
    left, top = round(subject.spot[0] * width), round(subject.spot[1] * height)
    right, bottom = left + round(subject.spot[2] * width), top + round(subject.spot[3] * height)
    line = max(2, round(0.003 * max(width, height)))
    cv2.rectangle(still, (left, top), (right, bottom), _WHITE, line + 2, cv2.LINE_AA)
    cv2.rectangle(still, (left, top), (right, bottom), colour, line, cv2.LINE_AA)
    radius = max(14, round(_RADIUS_SHARE * max(width, height)))
    x = int(np.clip(left + radius, radius + 2, max(radius + 2, width - radius - 3)))
    y = int(np.clip(top + radius, radius + 2, max(radius + 2, height - radius - 3)))
    _draw_disc(still, (x, y), radius + line, _WHITE)
    _draw_disc(still, (x, y), radius, colour)
    _draw_digits(still, str(number), (x, y), radius)


def _draw_disc(still: Pixels, middle: tuple[int, int], radius: int, colour: tuple[int, int, int]) -> None:
    cv2.circle(still, middle, radius, colour, cv2.FILLED, cv2.LINE_AA)


def _draw_digits(still: Pixels, digits: str, middle: tuple[int, int], radius: int) -> None:
    """White digits in the middle of a disc, cut off at the picture's edge."""
    letters = render_masks(digits, _FAMILIES, round(1.15 * radius), stroke=0).letters
    rows, columns = np.flatnonzero(letters.any(axis=1)), np.flatnonzero(letters.any(axis=0))
    cut = letters[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    x, y = max(0, middle[0] - cut.shape[1] // 2), max(0, middle[1] - cut.shape[0] // 2)
    area = still[y : y + cut.shape[0], x : x + cut.shape[1]]
    alpha = (cut[: area.shape[0], : area.shape[1], None] / 255).astype(np.float32)
    area[:] = np.rint(area * (1 - alpha) + 255 * alpha).astype(np.uint8)
