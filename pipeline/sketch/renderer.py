"""Renderer of a whole film: splits its frames among the pictures, each drawn, held, and wiped for the next."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from models.jobs.hands import get_hand
from models.jobs.options import SketchOptions
from pipeline.media.logo import build_logo
from pipeline.media.pictures.picture import Picture
from pipeline.media.thumbnail import MAX_SIDE
from pipeline.media.watermark import build_watermark
from pipeline.progress import ProgressCallback
from pipeline.sketch import canvas, scene
from pipeline.sketch.hands.hand_sprite import render_hand
from pipeline.sketch.line_art import ReportShare
from pipeline.sketch.painting import colouring
from pipeline.sketch.painting.board import Board, FrameWriter, PenState
from pipeline.sketch.painting.sprite import Sprite
from pipeline.sketch.planes import YuvPlanes, luma_of
from pipeline.sketch.scene_types import Scene, SceneSpec
from pipeline.sketch.titles.title_layout import lay_out_title
from pipeline.sketch.titles.written_title import write_title
from pipeline.vision.memory import release_nets

_HOLD_SHARE, _MIN_HOLD_SECONDS, _MAX_HOLD_SHARE = (
    0.1,
    0.5,
    0.3,
)  # hold of the finished picture: scene share, seconds, scene share
_WIPE_SECONDS, _MAX_WIPE_SHARE = 0.7, 0.15  # wiping the board for the next picture: seconds, share of the scene
_PLANNING_SHARE = 0.2  # share of the whole progress
_POSTER_POSITION = 0.6  # share of the colouring phase after which the thumbnail's frame is taken


class SketchRenderer:
    """Renderer of one film of `size` (width, height) pixels; `report` is called with stage and share done.

    `logo` is the picture of the options' logo.
    """

    def __init__(
        self, options: SketchOptions, size: tuple[int, int], report: ProgressCallback, logo: Path | None = None
    ) -> None:
        self.size = size
        self._logo = logo
        self._options = options
        self._report = report
        self._total_frames = round(options.seconds * options.fps)
        self._planned_share = 0.0  # share of all scenes
        self._pen_states: list[PenState] = []
        self._poster: YuvPlanes | None = None

    def list_holds(self, count: int) -> list[tuple[int, int]]:
        """Return the first and last frame of each hold on a finished picture, for `count` pictures."""
        ends = [(start + frames - wipe, frames - wipe) for start, frames, wipe in self._split_frames(count)]
        return [(end - self._spec_for(frame_count).hold_frames, end - 1) for end, frame_count in ends]

    def render(self, pictures: Sequence[Picture], writer: FrameWriter) -> tuple[list[PenState], YuvPlanes]:
        """Draw the pictures in turn; return the pen states of all frames and the planes of the thumbnail's frame."""
        board = self._build_board(writer, pictures)
        for planned_scene in self._plan_scenes(pictures):
            poster_frame = _choose_poster_frame(planned_scene)
            for frame, pen_state in enumerate(board.write_scene(planned_scene)):
                self._pen_states.append(pen_state)
                if frame == poster_frame and self._poster is None:
                    self._poster = YuvPlanes(writer.y, writer.u, writer.v).shrink_to(MAX_SIDE)
                self._report_progress("drawing")
        return self._pen_states, self._poster or board.clean_planes.shrink_to(MAX_SIDE)

    def _build_board(self, writer: FrameWriter, pictures: Sequence[Picture]) -> Board:
        width, height = self.size
        empty = YuvPlanes.create_blank(width, height, luma_of(pictures[0].board_level))
        overlays = build_logo(self._logo, self._options.logo, self.size)
        if self._options.watermark:
            overlays.append(build_watermark(self._options.watermark, width, height))
        tools = ["marker", "eraser"] if len(pictures) > 1 else ["marker"]
        return Board(writer, empty, self._render_hands(tools), overlays, self._options.fps)

    def _render_hands(self, tools: Sequence[str]) -> dict[str, Sprite]:
        hand_model = get_hand(self._options.hand)
        if hand_model is None:
            return {}
        unit = self._spec_for(1).unit
        return {tool: render_hand(hand_model, unit, self.size, tool) for tool in tools}

    def _plan_scenes(self, pictures: Sequence[Picture]) -> Iterator[Scene]:
        """Yield the scenes in order, each planned only when it is needed."""
        frame_ranges = self._split_frames(len(pictures))
        for number, (picture, (_, frames, wipe_frames)) in enumerate(zip(pictures, frame_ranges, strict=True)):
            spec = self._spec_for(frames - wipe_frames)
            layout = lay_out_title(self._options.title, self.size, spec.unit) if number == 0 else None
            placement = canvas.place_picture(picture, self.size, layout.height if layout else 0)
            title = write_title(layout, self.size[0], placement.y - layout.height) if layout else None
            drawing_scene = scene.plan_scene(
                placement, spec, self._build_planning_report(number, len(frame_ranges)), title
            )
            self._build_planning_report(number, len(frame_ranges))(1.0)
            if number == len(frame_ranges) - 1:
                release_nets()  # the encoder needs their memory
            yield drawing_scene
            if wipe_frames:
                empty = YuvPlanes.create_blank(*self.size, luma_of(pictures[number + 1].board_level))
                yield colouring.build_wipe_scene(
                    (drawing_scene.final_planes, empty), placement, wipe_frames, self._spec_for(frames)
                )

    def _split_frames(self, count: int) -> list[tuple[int, int, int]]:
        """Return for each picture its first frame, its number of frames, and how many of these wipe the board."""
        ends = [round(self._total_frames * number / count) for number in range(count + 1)]
        ranges = [(start, end - start) for start, end in pairwise(ends)]
        wipe_lengths = [round(min(_WIPE_SECONDS * self._options.fps, _MAX_WIPE_SHARE * frames)) for _, frames in ranges]
        return [
            (*frame_range, wipe_length)
            for frame_range, wipe_length in zip(ranges, [*wipe_lengths[:-1], 0], strict=True)
        ]

    def _spec_for(self, frames: int) -> SceneSpec:
        fps = self._options.fps
        hold_frames = round(min(max(_HOLD_SHARE * frames, _MIN_HOLD_SECONDS * fps), _MAX_HOLD_SHARE * frames))
        return SceneSpec(self.size, fps, frames - hold_frames, hold_frames, self._options.finish == "colour")

    def _build_planning_report(self, number: int, count: int) -> ReportShare:
        """Build the callback for the planning progress of scene `number` of `count`."""

        def report(share: float) -> None:
            self._planned_share = (number + share) / count
            self._report_progress("planning")

        return report

    def _report_progress(self, stage: str) -> None:
        self._report(
            stage,
            _PLANNING_SHARE * self._planned_share + (1 - _PLANNING_SHARE) * len(self._pen_states) / self._total_frames,
        )


def _choose_poster_frame(planned_scene: Scene) -> int:
    phases = planned_scene.phases
    return phases.lines + round(_POSTER_POSITION * phases.colour) if phases.colour else round(0.9 * phases.lines)
