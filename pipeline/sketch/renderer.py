"""Renderer of a whole film: splits its frames among the pictures, each drawn, held, and wiped for the next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import ceil
from pathlib import Path

from models.jobs.boards import BoardStyle
from models.jobs.finishes import load_finishes
from models.jobs.hands import get_hand
from models.jobs.options import ERASER, SIDE_BY_SIDE, SketchOptions
from models.sketch.subjects import list_subjects_of
from pipeline.media.logo import build_logo
from pipeline.media.pictures.picture import Picture
from pipeline.media.rectangle import Rectangle
from pipeline.media.thumbnail import MAX_SIDE
from pipeline.media.watermark import build_watermark
from pipeline.progress import ProgressCallback
from pipeline.sketch import canvas, scene
from pipeline.sketch.album_layout import split_into_cells
from pipeline.sketch.canvas import Placement
from pipeline.sketch.grounds.ground import Ground, build_ground, choose_board_style
from pipeline.sketch.grounds.page_cleaning import clean_page
from pipeline.sketch.hands.hand_sprite import render_hand
from pipeline.sketch.hands.tools import choose_tool
from pipeline.sketch.line_art import ReportShare
from pipeline.sketch.painting.board import EXIT_SECONDS, Board, FrameWriter
from pipeline.sketch.painting.sprite import Sprite
from pipeline.sketch.painting.wiping import build_wipe_scene
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.scene_types import InkLine, PenMotion, PenState, Rendering, Scene, SceneSpec
from pipeline.sketch.titles.title_layout import TitleLayout, lay_out_title
from pipeline.sketch.titles.written_title import WrittenTitle, write_title
from pipeline.sketch.transitions.transition import Transition
from pipeline.vision.memory import release_nets

_HOLD_SHARE, _MIN_HOLD_SECONDS, _MAX_HOLD_SHARE = (
    0.1,
    0.5,
    0.3,
)  # hold of the finished picture: scene share, seconds, scene share
_MAX_GIVEN_HOLD_SHARE = 0.6  # of the scene, for a hold that is asked for: the rest is drawing
_WIPE_SECONDS, _MAX_WIPE_SHARE = 0.7, 0.15  # wiping the board for what comes next: seconds, share of the scene
_PLANNING_SHARE = 0.2  # share of the whole progress
_POSTER_POSITION = 0.85  # share of the colouring phase after which the thumbnail's frame is taken


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
        self._finish = load_finishes()[options.finish]
        self._grounds: dict[BoardStyle, Ground] = {}
        self._total_frames = round(options.seconds * options.fps)
        self._planned_share = 0.0  # share of all scenes
        self._pen_states: list[PenState] = []
        self._poster: YuvPlanes | None = None
        self._motions: list[PenMotion] = []

    def list_holds(self, count: int) -> list[tuple[int, int]]:
        """Return the first and last frame of each hold on a finished picture, once the hand has left, if it has."""
        ends = [(start + frames - wipe, frames - wipe) for start, frames, wipe in self._split_frames(count)]
        return [self._find_hold(end, self._count_hold_frames(frame_count)) for end, frame_count in ends]

    def _find_hold(self, end: int, hold_frames: int) -> tuple[int, int]:
        """First and last frame of a hold that ends before frame `end`; of a very short one the last frame alone."""
        start = end - hold_frames
        return min(start + ceil(EXIT_SECONDS * self._options.fps), max(start, end - 1)), end - 1

    def render(self, pictures: Sequence[Picture], writer: FrameWriter) -> Rendering:
        """Draw the pictures in turn."""
        board = self._build_board(writer, pictures)
        finished = board.clean_planes
        lines: tuple[InkLine, ...] = ()
        for planned_scene in self._plan_scenes(pictures):
            if isinstance(planned_scene, Transition):
                self._write_transition(board, planned_scene)
                continue
            self._motions.append(PenMotion(planned_scene.tool, planned_scene.path, len(self._pen_states)))
            poster_frame = _choose_poster_frame(planned_scene)
            for frame, pen_state in enumerate(board.write_scene(planned_scene)):
                self._pen_states.append(pen_state)
                if frame == poster_frame and self._poster is None:
                    self._poster = YuvPlanes(writer.y, writer.u, writer.v).shrink_to(MAX_SIDE)
                self._report_progress("drawing")
            if planned_scene.lines:
                finished, lines = board.render_still(), planned_scene.lines
        poster = self._poster or finished.shrink_to(MAX_SIDE)
        return Rendering(self._pen_states, poster, finished, lines, tuple(self._motions))

    def _write_transition(self, board: Board, transition: Transition) -> None:
        for pen_state in board.write_transition(transition):
            self._pen_states.append(pen_state)
            self._report_progress("drawing")

    def _build_board(self, writer: FrameWriter, pictures: Sequence[Picture]) -> Board:
        width, height = self.size
        first = self._choose_boards(pictures)[0]
        empty = self._ground_for(first).copy_planes()
        overlays = build_logo(self._logo, self._options.logo, self.size)
        if self._options.watermark:
            overlays.append(build_watermark(self._options.watermark, width, height))
        is_wiped = self._options.transition == ERASER and (len(pictures) > 1 or self._options.loop)
        is_dark = choose_board_style(self._options.board, first.board_level).is_dark
        drawing_tool = choose_tool(self._options, is_board_dark=is_dark)
        tools = {"marker": drawing_tool, **({"eraser": "eraser"} if is_wiped else {})}
        return Board(writer, empty, self._render_hands(tools), overlays, self._options.fps)

    def _ground_for(self, picture: Picture) -> Ground:
        """The empty board of a picture, made once for all alike."""
        style = choose_board_style(self._options.board, picture.board_level)
        if style not in self._grounds:
            self._grounds[style] = build_ground(style, self._finish, self.size, canvas.unit_for(self.size))
        return self._grounds[style]

    def _choose_margin(self, picture: Picture) -> float:
        style = choose_board_style(self._options.board, picture.board_level)
        return max(style.margin, self._finish.margin)

    def _render_hands(self, tools: Mapping[str, str]) -> dict[str, Sprite]:
        """Render the hand for the tools that scenes name, by what it holds then."""
        hand_model = get_hand(self._options.hand)
        if hand_model is None:
            return {}
        unit = self._spec_for(1).unit
        return {name: render_hand(hand_model, unit, self.size, tool) for name, tool in tools.items()}

    def _plan_scenes(self, pictures: Sequence[Picture]) -> Iterator[Scene | Transition]:
        """Yield the scenes in order, and what is between them, each planned only when it is needed."""
        frame_ranges = self._split_frames(len(pictures))
        layout = lay_out_title(self._options.title, self.size, canvas.unit_for(self.size))
        areas = self._list_areas(pictures, layout.height if layout else 0)
        boards = self._choose_boards(pictures)
        drawn: YuvPlanes | None = None
        for number, (picture, (_, frames, wipe_frames)) in enumerate(zip(pictures, frame_ranges, strict=True)):
            spec = self._spec_for(frames - wipe_frames, number)
            ground = self._ground_for(boards[number])
            ground = ground if drawn is None else replace(ground, planes=drawn)
            placement = self._place_picture(picture, ground, areas[number])
            title = self._write_title(layout, areas, placement) if layout and number == 0 else None
            drawing_scene = scene.plan_scene(
                placement, spec, self._build_planning_report(number, len(frame_ranges)), title
            )
            drawn = drawing_scene.final_planes if self._is_side_by_side(len(pictures)) else None
            self._build_planning_report(number, len(frame_ranges))(1.0)
            if number == len(frame_ranges) - 1:
                release_nets()  # the encoder needs their memory
            yield drawing_scene
            if wipe_frames:
                empty = self._ground_for(boards[(number + 1) % len(pictures)]).planes
                ends = (drawing_scene.final_planes, empty)
                if self._options.transition == ERASER:
                    whole = canvas.place_picture(picture, ground) if drawn is not None else placement
                    yield build_wipe_scene(ends, whole, wipe_frames, self._spec_for(frames))
                else:
                    yield Transition(self._options.transition, *ends, wipe_frames)

    def _place_picture(self, picture: Picture, ground: Ground, area: Rectangle) -> Placement:
        cell = canvas.unit_for((area.right - area.left, area.bottom - area.top))
        margin = self._choose_margin(picture) * cell / canvas.unit_for(self.size)
        shown = picture if self._finish.fill == "picture" and not margin else clean_page(picture)
        return canvas.place_picture(shown, ground, margin, area)

    def _is_side_by_side(self, count: int) -> bool:
        """Whether all of so many pictures are drawn on one board."""
        return self._options.album == SIDE_BY_SIDE and count > 1

    def _choose_boards(self, pictures: Sequence[Picture]) -> Sequence[Picture]:
        """The picture by which the board of each one is chosen: side by side, that of the darkest one."""
        if not self._is_side_by_side(len(pictures)):
            return pictures
        return [min(pictures, key=lambda picture: picture.board_level)] * len(pictures)

    def _list_areas(self, pictures: Sequence[Picture], title_height: int) -> list[Rectangle]:
        """The area of the board that each picture has: below a title, which is above the first one or above all."""
        below = Rectangle(0, title_height, *self.size)
        if not self._is_side_by_side(len(pictures)):
            return [below, *[Rectangle(0, 0, *self.size)] * (len(pictures) - 1)]
        height, width = pictures[0].pixels.shape[:2]
        return split_into_cells(below, len(pictures), width / height, canvas.unit_for(self.size))

    def _write_title(self, layout: TitleLayout, areas: Sequence[Rectangle], placement: Placement) -> WrittenTitle:
        """The title right above its picture, or at the top of a board of several."""
        is_alone = areas[0].right - areas[0].left == self.size[0]
        return write_title(layout, self.size[0], placement.y - layout.height if is_alone else 0)

    def _split_frames(self, count: int) -> list[tuple[int, int, int]]:
        """Return for each picture its first frame, its number of frames, and how many of these wipe the board: that of
        the last picture is wiped for a film that loops.
        """
        ends = [round(self._total_frames * number / count) for number in range(count + 1)]
        ranges = [(start, end - start) for start, end in pairwise(ends)]
        wipe_lengths = [round(min(_WIPE_SECONDS * self._options.fps, _MAX_WIPE_SHARE * frames)) for _, frames in ranges]
        if self._is_side_by_side(count):
            wipe_lengths[:-1] = [0] * (count - 1)
        if not self._options.loop:
            wipe_lengths[-1] = 0
        return [(*frame_range, wipe_length) for frame_range, wipe_length in zip(ranges, wipe_lengths, strict=True)]

    def _spec_for(self, frames: int, number: int = 0) -> SceneSpec:
        fps, hold_frames = self._options.fps, self._count_hold_frames(frames)
        order = list_subjects_of(self._options.order, number)
        return SceneSpec(self.size, fps, frames - hold_frames, hold_frames, self._finish, order)

    def _count_hold_frames(self, frames: int) -> int:
        """Frames, of those of a scene, for which its finished picture is held."""
        fps, hold = self._options.fps, self._options.hold
        if hold != "auto":
            return round(min(hold * fps, _MAX_GIVEN_HOLD_SHARE * frames))
        return round(min(max(_HOLD_SHARE * frames, _MIN_HOLD_SECONDS * fps), _MAX_HOLD_SHARE * frames))

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
