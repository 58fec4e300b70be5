"""Frame loop of a scene: writes revealed pixels into the planes and blends the hand, logo and watermark over them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from pipeline.media.rectangle import Rectangle
from pipeline.sketch.painting.rasterize import Reveal
from pipeline.sketch.painting.sprite import Sprite
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.scene_types import PenState, Scene
from pipeline.sketch.transitions.transition import Transition
from pipeline.sketch.types import Image

EXIT_SECONDS = 0.4  # seconds in which the hand leaves the frame after the last stroke


class FrameWriter(Protocol):
    """Planes of the frame being composed; `write` encodes them as the next frame of the film."""

    y: Image
    u: Image
    v: Image

    def write(self, *, changed: Sequence[Rectangle] | None = None) -> None: ...


class FrameOverlay(Protocol):
    """Overlay blended over every frame, such as a watermark; pixels."""

    @property
    def x(self) -> int: ...
    @property
    def y(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...

    def blend(self, y_plane: Image, u_plane: Image, v_plane: Image) -> None: ...


class Board:
    """Clean planes of the drawing so far, and their copy in the frame with hand, logo and watermark blended over it."""

    def __init__(
        self,
        writer: FrameWriter,
        empty: YuvPlanes,
        sprites: Mapping[str, Sprite],
        overlays: Sequence[FrameOverlay],
        fps: int,
    ) -> None:
        height, width = writer.y.shape
        self.clean_planes = empty
        self._writer = writer
        self._sprites = sprites
        self._overlays = overlays
        self._fps = fps
        self._overlay_rectangles = [_find_overlay_area(overlay, width, height) for overlay in overlays]
        self._hand_rectangles = [Rectangle(0, 0, width, height)]  # all of the first frame is to be set

    def write_scene(self, scene: Scene) -> Iterator[PenState]:
        """Write every frame of a scene and yield the pen state of each."""
        sprite = self._sprites.get(scene.tool)
        pen_positions = _sample_pen_positions(scene, self._fps, sprite.arm_side if sprite else 1)
        for frame, (position, is_down) in enumerate(pen_positions):
            changed = self._apply_reveals(scene, frame) + self._restore_clean_areas()
            changed += self._blend_hand(scene, position if _is_hand_visible(scene, frame, self._fps) else None)
            self._blend_overlays()
            self._writer.write(changed=changed)
            yield PenState(
                (round(float(position[0]), 1), round(float(position[1]), 1)), is_down, scene.phases.phase_of(frame)
            )

    def write_transition(self, transition: Transition) -> Iterator[PenState]:
        """Write every frame of a transition, in which all may change; the board is the next one after it."""
        height, width = self.clean_planes.y.shape
        for planes in transition.compose_frames():
            for clean_plane, composed in zip(_list_planes(self.clean_planes), _list_planes(planes), strict=True):
                clean_plane[...] = composed
            self._hand_rectangles = [Rectangle(0, 0, width, height)]
            self._restore_clean_areas()
            self._blend_overlays()
            self._writer.write(changed=self._hand_rectangles)
            yield PenState((0.8 * width, 1.15 * height), down=False, phase="hold")
        self._hand_rectangles = []

    def render_still(self) -> YuvPlanes:
        """Return the board as it is, with logo and watermark but without the hand."""
        still = YuvPlanes(self.clean_planes.y.copy(), self.clean_planes.u.copy(), self.clean_planes.v.copy())
        for overlay in self._overlays:
            overlay.blend(still.y, still.u, still.v)
        return still

    def _apply_reveals(self, scene: Scene, frame: int) -> list[Rectangle]:
        """Set the pixels that appear in a frame; return the rectangles they lie in."""
        planes = (
            (self.clean_planes.y, self._writer.y, 1),
            (self.clean_planes.u, self._writer.u, 2),
            (self.clean_planes.v, self._writer.v, 2),
        )
        changed = []
        for reveals, (clean_plane, frame_plane, step) in zip((scene.luma, *scene.chroma), planes, strict=True):
            for reveal in reveals:
                changed += _apply_reveal(reveal, frame, clean_plane, frame_plane, step)
        return changed

    def _restore_clean_areas(self) -> list[Rectangle]:
        """Remove the previous frame's hand and overlays by copying the clean planes over them; return the hand's."""
        for rectangle in (*self._hand_rectangles, *self._overlay_rectangles):
            for clean_plane, frame_plane, area in zip(
                (self.clean_planes.y, self.clean_planes.u, self.clean_planes.v),
                (self._writer.y, self._writer.u, self._writer.v),
                (rectangle.to_slices(1), rectangle.to_slices(2), rectangle.to_slices(2)),
                strict=True,
            ):
                frame_plane[area] = clean_plane[area]
        return self._hand_rectangles

    def _blend_hand(self, scene: Scene, pen: Image | None) -> list[Rectangle]:
        """Blend the hand with its tip at `pen`, unless it is not seen; return the rectangles it changed."""
        sprite = self._sprites.get(scene.tool)
        self._hand_rectangles = []
        if sprite is not None and pen is not None:
            self._hand_rectangles = sprite.blend(self._writer, (float(pen[0]), float(pen[1])))
        return self._hand_rectangles

    def _blend_overlays(self) -> None:
        """Blend logo and watermark; they are the same in every frame but for what changes below them."""
        for overlay in self._overlays:
            overlay.blend(self._writer.y, self._writer.u, self._writer.v)


def _list_planes(planes: YuvPlanes) -> tuple[Image, Image, Image]:
    return planes.y, planes.u, planes.v


def _apply_reveal(reveal: Reveal, frame: int, clean_plane: Image, frame_plane: Image, step: int) -> list[Rectangle]:
    """Set the pixels of one plane, which has a sample for every `step` pixels; return the rectangle they lie in."""
    begin, end = reveal.starts[frame], reveal.starts[frame + 1]
    if begin == end:
        return []
    pixels, values = reveal.pixels[begin:end], reveal.values[begin:end]
    clean_plane.reshape(-1)[pixels] = values
    rows, columns = np.divmod(pixels, clean_plane.shape[1])
    frame_plane[rows, columns] = values
    bounds = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return [Rectangle(*(step * int(bound) for bound in bounds))]


def _find_overlay_area(overlay: FrameOverlay, width: int, height: int) -> Rectangle:
    """The part of an overlay that lies in the frame."""
    right, bottom = min(width, overlay.x + overlay.width), min(height, overlay.y + overlay.height)
    return Rectangle(max(0, overlay.x), max(0, overlay.y), right, bottom)


def _sample_pen_positions(scene: Scene, fps: int, side: int) -> list[tuple[Image, bool]]:
    """Pen position at the end of each frame and whether it is drawing; during the hold the hand leaves the frame.

    `side` is that of the arm, 1 right and -1 left, to which the hand leaves.
    """
    path, total = scene.path, scene.phases.total
    active_frames = total if scene.tool == "eraser" else scene.phases.lines + scene.phases.colour
    frames = np.arange(1, total + 1)
    path_frames = np.minimum(frames, active_frames)
    positions = np.stack([np.interp(path_frames, path.frames, axis) for axis in path.points.T], axis=1)
    height, width = scene.final_planes.y.shape
    exit_share = np.clip((frames - active_frames) / (EXIT_SECONDS * fps), 0, 1) ** 1.7
    positions += exit_share[:, None] * np.array((side * 0.35 * width, 1.25 * height))
    down = path.down[np.minimum(np.searchsorted(path.frames, path_frames), len(path.frames) - 1)] & (
        frames <= active_frames
    )
    return [(positions[k], bool(down[k])) for k in range(total)]


def _is_hand_visible(scene: Scene, frame: int, fps: int) -> bool:
    active_frames = scene.phases.lines + scene.phases.colour
    return scene.tool == "eraser" or frame - active_frames < EXIT_SECONDS * fps
