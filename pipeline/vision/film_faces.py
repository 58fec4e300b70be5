"""Faces of a film: found in pictures of it, some of each second where somebody is seen, and followed over time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import inf
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.media.streams.sampling import SampledFrame, Span, read_frames_between, read_key_frames
from pipeline.media.streams.source import read_frame_times
from pipeline.vision.faces import find_faces
from pipeline.vision.memory import release_nets
from pipeline.vision.tracking import FaceRegion, FaceSample, FaceTrack, compute_overlap, track_faces
from pipeline.vision.types import FaceBox
from pipeline.vision.weights import is_face_detection_installed

_SAMPLE_SIDE: Final = 384  # pixels of the longer side
_COARSE_INTERVAL: Final = 1.2  # seconds between two key frames, the shortest; of those a second apart every other
_STILL_INTERVAL: Final = 2.4  # the same of a shot that seems to go on
_FINE_INTERVAL: Final = 0.4  # where a face is near the captions
_LONG_GAP: Final = 1.6  # seconds within which such a face moves too far to be guessed
_STILL_GAP: Final = 4.0  # seconds within which one that is at the same place before and after has not been elsewhere
_STILL_OVERLAP: Final = 0.7  # intersection over union, of a face at the same place
_DECODED_SHARE: Final = 0.15  # of a film, of which frames between key frames are decoded: half of them all, for 2 %
_MIN_DECODED: Final = 6.0  # seconds of that in a film however short
_NEARNESS: Final = 0.5  # of a face's height, from its box to the captions
_THUMBNAIL_SIDE: Final = 24  # pixels
_STILL_DIFFERENCE: Final = 8  # levels, the most of any pixel of a thumbnail where nobody has moved
_CUT_DIFFERENCE: Final = 28.0  # levels, mean over a picture, by which one shot differs from the next


@dataclass(frozen=True, slots=True)
class FilmFaces:
    """The faces of a film, in pixels of pictures of `size`, and times (seconds) by which the shot is another one."""

    size: tuple[int, int]
    tracks: tuple[FaceTrack, ...]
    cuts: tuple[float, ...] = ()

    def map_times(self, map_seconds: Callable[[float], float]) -> "FilmFaces":
        """The same faces at other times, such as those of a film from which something is cut out."""
        tracks = tuple(track.map_times(map_seconds) for track in self.tracks)
        return FilmFaces(self.size, tracks, tuple(map_seconds(each) for each in self.cuts))

    def find_regions(self, start: float, end: float) -> list[FaceRegion]:
        """Where faces may be between two times, in seconds."""
        return [region for track in self.tracks if (region := track.find_region(start, end)) is not None]


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """What was seen in one picture."""

    sample: FaceSample
    thumbnail: NDArray[Any]


def find_film_faces(video: Path, canvas: tuple[int, int], rows: tuple[float, float]) -> FilmFaces:
    """Find the faces of a video as it will be shown, in a canvas of (width, height) pixels.

    Key frames are looked at, and more of the film only where a face is near `rows`, the shares of the height between
    which captions usually are. Without the nets there are no faces: the cascade would cost more than the film. Raises
    what `open_media` raises.
    """
    size = _compute_sample_size(canvas)
    if not is_face_detection_installed():
        return FilmFaces(size, ())
    looks = list(_search_frames(read_key_frames(video, size, _COARSE_INTERVAL, still_interval=_STILL_INTERVAL)))
    end = float(read_frame_times(video).end) if looks and looks[-1].sample.faces else inf
    for read_frames, share in ((read_key_frames, 1.0), (read_frames_between, _DECODED_SHARE)):
        gaps = _list_gaps([look.sample for look in looks], (rows[0] * size[1], rows[1] * size[1]), end)
        spans = _choose_spans(gaps, max(share * end, _MIN_DECODED))
        if spans:
            looks += _search_frames(read_frames(video, size, _FINE_INTERVAL, spans))
            looks.sort(key=lambda look: look.sample.seconds)
    release_nets()  # the encoder needs their memory
    tracks = track_faces([look.sample for look in looks])
    return FilmFaces(size, tuple(tracks), tuple(_list_cuts(looks)))


def _compute_sample_size(canvas: tuple[int, int]) -> tuple[int, int]:
    """Even sides, in the proportion of the canvas."""
    scale = min(1.0, _SAMPLE_SIDE / max(canvas))
    return max(2, round(canvas[0] * scale / 2) * 2), max(2, round(canvas[1] * scale / 2) * 2)


def _search_frames(frames: Iterable[SampledFrame]) -> Iterator[_Look]:
    """What is seen in each picture. Where nothing has moved since the last search the faces are the same: a search
    costs more than the picture's decoding.
    """
    searched: _Look | None = None
    for frame in frames:
        small = cv2.resize(frame.picture, (_THUMBNAIL_SIDE, _THUMBNAIL_SIDE), interpolation=cv2.INTER_AREA)
        thumbnail = small.astype(np.int16)
        if searched is None or np.abs(thumbnail - searched.thumbnail).max() > _STILL_DIFFERENCE:
            searched = _Look(FaceSample(frame.seconds, tuple(find_faces(frame.picture))), thumbnail)
        yield replace(searched, sample=replace(searched.sample, seconds=frame.seconds))


def _list_gaps(samples: Sequence[FaceSample], rows: tuple[float, float], end: float) -> list[Span]:
    """Long times between two samples, or from the last to the film's end, in which a face near some rows may move."""
    pairs = pairwise([*samples, FaceSample(end, ())]) if samples else ()
    return [
        (before.seconds, after.seconds)
        for before, after in pairs
        if after.seconds - before.seconds > _LONG_GAP and _can_move(before, after, rows)
    ]


def _choose_spans(gaps: Sequence[Span], seconds: float) -> list[Span]:
    """As many gaps as are no longer than some seconds together, the shortest first, in the order of time."""
    lengths = accumulate(sorted(stop - start for start, stop in gaps))
    count = sum(length <= seconds for length in lengths)
    return sorted(sorted(gaps, key=lambda gap: gap[1] - gap[0])[:count])


def _can_move(before: FaceSample, after: FaceSample, rows: tuple[float, float]) -> bool:
    """Whether a face near some rows is elsewhere in the other sample, or long unseen."""
    near = [face.box for sample in (before, after) for face in sample.faces if _is_near(face.box, rows)]
    if after.seconds - before.seconds > _STILL_GAP:
        return bool(near)
    return not all(
        any(compute_overlap(box, face.box) >= _STILL_OVERLAP for face in sample.faces)
        for box in near
        for sample in (before, after)
    )


def _is_near(box: FaceBox, rows: tuple[float, float]) -> bool:
    margin = _NEARNESS * box.height
    return box.y - margin < rows[1] and box.y + box.height + margin > rows[0]


def _list_cuts(looks: Sequence[_Look]) -> Iterator[float]:
    for before, after in pairwise(looks):
        if float(np.abs(after.thumbnail - before.thumbnail).mean()) > _CUT_DIFFERENCE:
            yield after.sample.seconds
