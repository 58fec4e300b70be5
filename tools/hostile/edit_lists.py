"""Films with edit lists made by chance: of each it is known how long it is, as only what is shown counts."""

import random
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from fakes import sample_files

from tools.hostile.specimens import Corpus, Specimen

SEED: Final = 20_261_131
_SECONDS: Final = 4
_SHORTEST: Final = 0.4  # seconds of a part
_MOVIE_TICKS: Final = 1000  # per second
_NOTHING: Final = -1  # where an edit shows no picture


class Edit(NamedTuple):
    """Seconds shown, and where they begin in the media; None for nothing."""

    seconds: float
    start: float | None


def corpus(folder: Path, count: int) -> Corpus:
    """`count` films of four seconds, of which one to four parts are shown, in any order, some behind a pause."""
    film = sample_files.write_film(folder / "unedited.mp4", seconds=_SECONDS).read_bytes()
    return Corpus("edit lists", [_build_specimen(number, film) for number in range(count)])


def _build_specimen(number: int, film: bytes) -> Specimen:
    chance = random.Random(f"{SEED}-{number}")
    parts = [_pick_part(chance) for _ in range(chance.randint(1, 4))]
    pause = [Edit(chance.uniform(0.1, 2), None)] if chance.random() < 0.3 else []
    edits = [*pause, *parts]
    return Specimen(
        f"{number}-edited.mp4",
        partial(set_edits, film, edits),
        expected=frozenset({"video"}),
        seconds=sum(part.seconds for part in parts),
    )


def _pick_part(chance: random.Random) -> Edit:
    start = chance.uniform(0, _SECONDS - 2 * _SHORTEST)
    return Edit(chance.uniform(_SHORTEST, _SECONDS - _SHORTEST - start), start)


def set_edits(film: bytes, edits: list[Edit]) -> bytes:
    """The film, whose index is at its end, with these edits of every track instead of its own."""
    start = next(at for name, at, _ in _iterate_boxes(film) if name == b"moov")
    parts = [
        _edit_track(film[at : at + size], edits) if name == b"trak" else film[at : at + size]
        for name, at, size in _iterate_boxes(film, start + 8)
    ]
    return film[:start] + _box(b"moov", b"".join(parts))


def _edit_track(track: bytes, edits: list[Edit]) -> bytes:
    boxes = {name: track[at : at + size] for name, at, size in _iterate_boxes(track, 8)}
    ticks = int.from_bytes(track[(at := track.index(b"mdhd") + 16) : at + 4], "big")
    rows = (
        struct.pack("!Iii", round(seconds * _MOVIE_TICKS), _NOTHING if at is None else round(at * ticks), 1 << 16)
        for seconds, at in edits
    )
    table = struct.pack("!II", 0, len(edits)) + b"".join(rows)
    others = b"".join(box for name, box in boxes.items() if name not in {b"tkhd", b"edts"})
    return _box(b"trak", boxes[b"tkhd"] + _box(b"edts", _box(b"elst", table)) + others)


def _iterate_boxes(data: bytes, at: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Yield names, offsets and sizes."""
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], at, size
        at += size


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack("!I4s", len(content) + 8, name) + content
