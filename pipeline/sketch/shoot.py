"""Renderer of a whole film: splits its frames among the pictures, each drawn, held, and wiped for the next."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from models.films import SketchOptions
from models.hands import hand
from pipeline.media.thumbnail import SIDE
from pipeline.media.watermark import watermark
from pipeline.progress import Progress
from pipeline.sketch import canvas, colouring, scene
from pipeline.sketch.arrays import Image
from pipeline.sketch.board import Board, Canvas, Moment
from pipeline.sketch.hand import sprite
from pipeline.sketch.planes import Planes
from pipeline.sketch.score import Brief, Scene
from pipeline.sketch.sprite import Sprite

_HOLD, _LEAST_HOLD, _MOST_HOLD = 0.1, 0.5, 0.3  # hold of the finished picture: scene share, seconds, scene share
_WIPE, _MOST_WIPE = 0.7, 0.15  # wiping the board for the next picture: seconds, share of the scene
_PLANNING = 0.2  # share of the whole progress
_POSTER = 0.6  # share of the colouring phase after which the thumbnail's frame is taken


class Shoot:
    """Renderer of one film of `size` (width, height) pixels; `report` is called with stage and share done."""

    def __init__(self, options: SketchOptions, size: tuple[int, int], report: Progress) -> None:
        self.size = size
        self._options = options
        self._report = report
        self._total = round(options.seconds * options.fps)
        self._planned = 0.0  # share of all scenes
        self._moments: list[Moment] = []
        self._poster: Planes | None = None

    def holds(self, count: int) -> list[tuple[int, int]]:
        """Return the first and last frame of each hold on a finished picture, for `count` pictures."""
        ends = [(start + frames - wipe, frames - wipe) for start, frames, wipe in self._spans(count)]
        return [(end - self._brief(length).hold, end - 1) for end, length in ends]

    def play(self, pictures: Sequence[Image], writer: Canvas) -> tuple[list[Moment], Planes]:
        """Draw the pictures in turn; return the pen states of all frames and the planes of the thumbnail's frame."""
        board = self._board(writer, len(pictures) > 1)
        for planned in self._scenes(pictures):
            at = _poster_frame(planned)
            for frame, moment in enumerate(board.play(planned)):
                self._moments.append(moment)
                if frame == at and self._poster is None:
                    self._poster = Planes(writer.y, writer.u, writer.v).shrunk(SIDE)
                self._tell("drawing")
        return self._moments, self._poster or board.clean.shrunk(SIDE)

    def _board(self, writer: Canvas, wiping: bool) -> Board:
        width, height = self.size
        mark = self._options.watermark
        veil = watermark(mark, width, height) if mark else None
        return Board(writer, self._hands(["marker", "eraser"] if wiping else ["marker"]), veil, self._options.fps)

    def _hands(self, tools: Sequence[str]) -> dict[str, Sprite]:
        drawing = hand(self._options.hand)
        if drawing is None:
            return {}
        unit = self._brief(1).unit
        return {tool: sprite(drawing, unit, self.size, tool) for tool in tools}

    def _scenes(self, pictures: Sequence[Image]) -> Iterator[Scene]:
        """Yield the scenes in order, each planned only when it is needed."""
        spans = self._spans(len(pictures))
        for number, (picture, (_, frames, wipe)) in enumerate(zip(pictures, spans, strict=True)):
            placement = canvas.place(picture, self.size)
            drawn = scene.plan(placement, self._brief(frames - wipe), self._planner(number, len(spans)))
            self._planner(number, len(spans))(1.0)
            yield drawn
            if wipe:
                yield colouring.wiped(drawn.final, placement, wipe, self._brief(frames))

    def _spans(self, count: int) -> list[tuple[int, int, int]]:
        """Return for each picture its first frame, its number of frames, and how many of these wipe the board."""
        ends = [round(self._total * number / count) for number in range(count + 1)]
        spans = [(start, end - start) for start, end in pairwise(ends)]
        wipes = [round(min(_WIPE * self._options.fps, _MOST_WIPE * frames)) for _, frames in spans]
        return [(*span, wipe) for span, wipe in zip(spans, [*wipes[:-1], 0], strict=True)]

    def _brief(self, frames: int) -> Brief:
        fps = self._options.fps
        hold = round(min(max(_HOLD * frames, _LEAST_HOLD * fps), _MOST_HOLD * frames))
        return Brief(self.size, fps, frames - hold, hold, self._options.finish == "colour")

    def _planner(self, number: int, count: int) -> scene.Report:
        """Build the callback for the planning progress of scene `number` of `count`."""

        def report(share: float) -> None:
            self._planned = (number + share) / count
            self._tell("planning")

        return report

    def _tell(self, stage: str) -> None:
        self._report(stage, _PLANNING * self._planned + (1 - _PLANNING) * len(self._moments) / self._total)


def _poster_frame(planned: Scene) -> int:
    span = planned.span
    return span.lines + round(_POSTER * span.colour) if span.colour else round(0.9 * span.lines)
