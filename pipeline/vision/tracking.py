"""Faces of a film over time: which of one picture are those of the next, and where each may be in a span of time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Final

from pipeline.vision.types import Face, FaceBox, bounding_box_of

_MIN_OVERLAP: Final = 0.15  # intersection over union, of one face in two pictures
_MAX_MISSES: Final = 1  # pictures in which a face is overlooked, and yet goes on behind them
_CERTAIN_SCORE: Final = 0.8  # of a face that is seen once


@dataclass(frozen=True, slots=True)
class FaceSample:
    """The faces in one picture of a film; seconds from the media's start."""

    seconds: float
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class FaceRegion:
    """Where a face and its parts are, or may be, for a while; pixels. `eyes` is one box for both."""

    box: FaceBox
    mouth: FaceBox
    eyes: FaceBox | None


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """One face in the pictures of a film. It may have been there since the picture before, until the one after."""

    samples: tuple[tuple[float, Face], ...]
    start: float
    end: float

    def map_times(self, map_seconds: Callable[[float], float]) -> "FaceTrack":
        """The same face at other times, such as those of a film from which something is cut out."""
        samples = tuple((map_seconds(seconds), face) for seconds, face in self.samples)
        start, end = (map_seconds(each) if isfinite(each) else each for each in (self.start, self.end))
        return FaceTrack(samples, start, end)

    def find_region(self, start: float, end: float) -> FaceRegion | None:
        """The region that holds the face between two times; None if it is not there."""
        if self.start >= end or self.end <= start:
            return None
        last = max((seconds for seconds, _ in self.samples if seconds <= start), default=-inf)
        first = min((seconds for seconds, _ in self.samples if seconds >= end), default=inf)
        faces = [face for seconds, face in self.samples if last <= seconds <= first]
        eyes = [eye for face in faces for eye in face.eyes]
        return FaceRegion(
            bounding_box_of([face.box for face in faces]),
            bounding_box_of([face.mouth for face in faces]),
            bounding_box_of(eyes) if eyes else None,
        )


class _OpenTrack:
    """A track that may go on."""

    def __init__(self, start: float, seconds: float, face: Face) -> None:
        self.samples = [(seconds, face)]
        self.start = start
        self.end = inf
        self.misses = 0

    @property
    def face(self) -> Face:
        return self.samples[-1][1]

    @property
    def is_certain(self) -> bool:
        return len(self.samples) > 1 or self.face.score >= _CERTAIN_SCORE


def track_faces(samples: Sequence[FaceSample]) -> list[FaceTrack]:
    """Follow faces from picture to picture, in the order of time; what is seen once and not clearly is no face."""
    going: list[_OpenTrack] = []
    finished: list[_OpenTrack] = []
    before = -inf
    for sample in samples:
        matches = _match_faces(going, sample.faces)
        for index, face in enumerate(sample.faces):
            if (track := matches.get(index)) is not None:
                track.samples.append((sample.seconds, face))
                track.misses, track.end = 0, inf
        new = [
            _OpenTrack(before, sample.seconds, sample.faces[i]) for i in range(len(sample.faces)) if i not in matches
        ]
        missed = [track for track in going if track not in matches.values()]
        for track in missed:
            track.misses, track.end = track.misses + 1, min(track.end, sample.seconds)
        finished += [track for track in missed if track.misses > _MAX_MISSES]
        going = [track for track in going if track.misses <= _MAX_MISSES] + new
        before = sample.seconds
    return [FaceTrack(tuple(each.samples), each.start, each.end) for each in (*finished, *going) if each.is_certain]


def _match_faces(tracks: Sequence[_OpenTrack], faces: Sequence[Face]) -> dict[int, _OpenTrack]:
    """The track that each face, by its index, goes on; the most overlapping first."""
    pairs = [
        (overlap, index, track)
        for track in tracks
        for index, face in enumerate(faces)
        if (overlap := compute_overlap(track.face.box, face.box)) >= _MIN_OVERLAP
    ]
    matches: dict[int, _OpenTrack] = {}
    for _, index, track in sorted(pairs, key=lambda pair: -pair[0]):
        if index not in matches and track not in matches.values():
            matches[index] = track
    return matches


def compute_overlap(one: FaceBox, other: FaceBox) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    common = max(0, width) * max(0, height)
    return common / max(1, one.width * one.height + other.width * other.height - common)
