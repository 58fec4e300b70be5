"""All figures of one picture's film, and the film itself."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from models.jobs.finishes import load_finishes
from models.jobs.options import SketchOptions
from pipeline.media.pictures.picture import Picture
from pipeline.sketch import canvas, film
from pipeline.sketch.grounds.composition import compose_board
from pipeline.sketch.grounds.ground import build_ground, choose_board_style
from pipeline.sketch.outputs.extra_files import ExtraFiles
from tools.drawings import bars, contours, faces, reveal
from tools.drawings.contours import Mask
from tools.drawings.delivered_film import DeliveredFilm, Plane, read_film

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Drawing:
    """The film of a picture without a hand, decoded, and the picture as it lies on its board."""

    film: DeliveredFilm
    target: Plane
    margin: Plane  # where the board is beside the picture
    board_level: int
    options: SketchOptions
    cpu_seconds: float
    kind: str
    original: Plane | None  # `target` before code made it worse

    @cached_property
    def figures(self) -> Figures:
        """Every figure that has a bar, and those that explain them; NaN where one does not apply."""
        found = faces.measure_faces(self.target, self.film.lines)
        return {
            **reveal.measure_reveal(self.film),
            "recall": contours.measure_recall(self.contours, self.film.ink, bars.find_near(self.kind)),
            "specks": contours.count_specks(self.film.ink),
            "largest colour": max(self.film.changes, default=0.0),
            "SSIM": self._measure_likeness() if self.options.finish == "colour" else math.nan,
            "board error": self._measure_board_error(),
            "frames missing": abs(round(self.options.seconds * self.options.fps) - self.film.frame_count),
            "faces": found.count,
            "faces kept": found.kept / found.count if found.count else math.nan,
            "landmark error": found.error if found.count else math.nan,
            "irises": found.irises / found.eyes if found.eyes else math.nan,
            "CPU": self.cpu_seconds,
        }

    @cached_property
    def contours(self) -> Mask:
        """The strong contours of the picture."""
        return contours.find_strong_contours(self.target if self.original is None else self.original)

    def mark_missed(self) -> Plane:
        """The lines in grey, and in red the strong contours that have none."""
        marked = self.film.lines // 2 + 127
        missed = contours.find_missed(self.contours, self.film.ink, bars.find_near(self.kind))
        marked[cv2.dilate(missed.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = (214, 30, 30)
        return np.asarray(marked, np.uint8)

    def _measure_likeness(self) -> float:
        grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (self.target, self.film.last)]
        return float(structural_similarity(*grey))

    def _measure_board_error(self) -> float:
        """Levels by which the empty board, and the margin at the end, are off; one pixel in a hundred may be ink."""
        first = np.abs(self.film.first.astype(np.int16) - self.board_level).max(axis=2)
        last = np.abs(self.film.last.astype(np.int16) - self.board_level).max(axis=2)[self.margin > 0]
        return float(max(np.quantile(first, 0.99), np.quantile(last, 0.99) if last.size else 0))


def draw_picture(
    picture: Picture, out: Path, kind: str = "photo", original: Plane | None = None, **options: Any
) -> Drawing:
    """Have a picture drawn without a hand to `out`, its track beside it."""
    asked = SketchOptions(**{"hand": "none", **options})
    track = out.with_suffix(".json")
    begun = time.process_time()
    film.make([picture], out, asked, lambda _stage, _share: None, extras=ExtraFiles(track=track))
    spent = time.process_time() - begun
    size = canvas.choose_film_size([picture], asked)
    target, margin = _fit_picture(picture, size, asked)
    better = None if original is None else _fit_picture(Picture(original, picture.board_level), size, asked)[0]
    return Drawing(read_film(out, track), target, margin, picture.board_level, asked, spent, kind, better)


def _fit_picture(picture: Picture, size: tuple[int, int], asked: SketchOptions) -> tuple[Plane, Plane]:
    """A picture on its board as it is fitted to a film, and a mask of the board beside it."""
    style, finish = choose_board_style(asked.board, picture.board_level), load_finishes()[asked.finish]
    ground = build_ground(style, finish, size, canvas.unit_for(size))
    placement = canvas.place_picture(picture, ground, max(style.margin, finish.margin))
    margin = np.full((size[1], size[0]), 1, np.uint8)
    margin[placement.area] = 0
    return compose_board(placement).to_rgb(), margin
