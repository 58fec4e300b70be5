"""A drawn film as it was delivered: when each pixel became ink, and the frames that figures are computed from."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]

INK_CONTRAST: Final = 80  # levels of luma between the board and a line
_WAVER: Final = 16  # levels a pixel at rest changes by when it is encoded anew
_LUMA_CHANGE, _CHROMA_CHANGE = 12, 8  # levels by which a pixel visibly changes
KEPT_SHARES: Final = (0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class DeliveredFilm:
    """A film without a hand, decoded, and the track of its pen.

    `born` is the frame of the line phase from which on a pixel is ink, -1 where it is none at its end. `changes` has
    for each frame after the lines the share of the area that changes visibly in it. `frames` are RGB: the first, the
    last of the line phase, the last, and those at `KEPT_SHARES` of the film.
    """

    born: NDArray[np.int32]
    changes: Sequence[float]
    first: Plane
    lines: Plane
    last: Plane
    steps: Sequence[Plane]
    track: dict[str, Any]
    frame_count: int

    @property
    def line_frames(self) -> int:
        return count_line_frames(self.track)

    @property
    def height(self) -> int:
        return int(self.born.shape[0])

    @property
    def ink(self) -> NDArray[np.bool_]:
        """Where ink is when the lines are done."""
        return self.born >= 0


def count_line_frames(track: dict[str, Any]) -> int:
    return sum(frame["phase"] == "lines" for frame in track["frames"])


def read_film(path: Path, track_path: Path) -> DeliveredFilm:
    """Decode a film of one scene, a frame at a time."""
    track = json.loads(track_path.read_text())
    line_frames, total = count_line_frames(track), len(track["frames"])
    kept = {0, line_frames - 1, total - 1, *_list_steps(total)}
    ink, changes, pictures, before, count = _InkRecord(), [], {}, None, 0
    for number, frame in enumerate(_decode(path)):
        planes = frame.to_ndarray()
        if number < line_frames:
            ink.add(planes[: frame.height])
        elif before is not None:
            changes.append(measure_change(before, planes, frame.height))
        if number in kept:
            pictures[number] = frame.to_ndarray(format="rgb24")
        before, count = planes, number + 1
    steps = [pictures[number] for number in _list_steps(total)]
    return DeliveredFilm(
        ink.find_births(), changes, pictures[0], pictures[line_frames - 1], pictures[total - 1], steps, track, count
    )


def _decode(path: Path) -> Iterator[av.VideoFrame]:
    with av.open(str(path), format="mp4") as container:
        yield from container.decode(video=0)


def _list_steps(total: int) -> list[int]:
    return [round(share * (total - 1)) for share in KEPT_SHARES]


class _InkRecord:
    """Finds, a frame at a time, since when each pixel is ink for good.

    At the soft edge of a line the encoder moves pixels over the threshold and back; `_WAVER` levels are no new ink.
    """

    def __init__(self) -> None:
        self._since = np.zeros((0, 0), np.int32)
        self._contrast = np.zeros((0, 0), np.uint8)
        self._board = 0
        self._count = 0

    def add(self, luma: Plane) -> None:
        if not self._count:
            self._board = int(np.median(luma))
            self._since = np.full(luma.shape, -1, np.int32)
        self._contrast = cv2.absdiff(luma, np.full_like(luma, self._board))
        is_ink = self._contrast > INK_CONTRAST - _WAVER
        self._since[~is_ink] = -1
        self._since[is_ink & (self._since < 0)] = self._count
        self._count += 1

    def find_births(self) -> NDArray[np.int32]:
        return np.where(self._contrast > INK_CONTRAST, self._since, -1)


def find_births(luma: Iterable[Plane]) -> NDArray[np.int32]:
    """The first frame from which on each pixel stays ink; -1 where there is none in the last one."""
    record = _InkRecord()
    for frame in luma:
        record.add(frame)
    return record.find_births()


def measure_change(before: Plane, now: Plane, height: int) -> float:
    """The share of the area that visibly differs between two frames of planar YUV 4:2:0."""
    differs = cv2.absdiff(before, now)
    width = differs.shape[1]
    luma = differs[:height] > _LUMA_CHANGE
    chroma = (differs[height:].reshape(2, height // 2, width // 2) > _CHROMA_CHANGE).any(axis=0)
    luma |= chroma.repeat(2, axis=0).repeat(2, axis=1)
    return float(luma.mean())
