"""Films of unusual containers, damaged where what is unusual is written; the same in every run."""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from tools.hostile import container_seeds
from tools.hostile.specimens import Corpus, Specimen

SEED: Final = 20_261_129
Marks = Mapping[str, Sequence[bytes]]  # by container: what its fields begin with

_TRACK_MARKS: Final[Marks] = {
    "mp4": (b"hdlr", b"stsd", b"tkhd", b"smhd", b"vmhd", b"mp4a", b"avc1"),
    "mkv": (b"\x83\x81", b"\x86", b"\x88\x81", b"\xd7\x81", b"\x55\xaa", b"\x63\xa2", b"\xe1", b"\xb9"),
}  # handlers and sample descriptions; type, codec, default flag, number, forced flag, private data, audio, enabled flag
_TIME_MARKS: Final[Marks] = {
    "mp4": (b"elst", b"stts", b"ctts", b"stsc", b"stss", b"mdhd", b"mvhd"),
    "mkv": (b"\x44\x89", b"\x2a\xd7\xb1", b"\x23\xe3\x83", b"\xe7", b"\xa3", b"\x9b"),
    "avi": (b"avih", b"strh", b"idx1", b"00dc"),
    "ts": (b"\x00\x00\x01\xe0", b"\x00\x00\x01\xc0", b"\x47\x40\x00", b"\x47\x50\x00", b"\x47\x41\x00"),
}  # edits and sample times; duration, scale, frame duration, cluster and block times; headers; packets
_PICTURE_MARKS: Final[Marks] = {
    "mp4": (b"tkhd", b"pasp", b"avcC", b"stsd", b"stsz", b"stts", b"colr"),
    "mkv": (b"\x9a\x81", b"\xb0", b"\xba", b"\x54\xb0", b"\x54\xba", b"\x9d\x81", b"\x9d\x01\x2a"),
    "ts": (b"\x00\x00\x01\x67", b"\x00\x00\x01\x68", b"\x00\x00\x01\x65", b"\x00\x00\x01\x06", b"\x00\x00\x01\xe0"),
}  # matrix, pixels, parameter sets; interlacing, sizes, field order, VP8's key frames; NAL units
_FAMILIES: Final = {"mp4": "mp4", "mkv": "mkv", "webm": "mkv", "avi": "avi", "ts": "ts"}  # by suffix
_REACH: Final = 40  # bytes behind a mark in which its fields lie
_VALUES: Final = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1")


class Section(NamedTuple):
    """What is unusual, in which films, and where they are damaged."""

    title: str
    write: Callable[[Path], list[Path]]
    marks: Marks


SECTIONS: Final = (
    Section("tracks", container_seeds.write_tracks, _TRACK_MARKS),
    Section("times", container_seeds.write_times, _TIME_MARKS),
    Section("pictures in films", container_seeds.write_pictures, _PICTURE_MARKS),
)


def corpora(folder: Path, count: int) -> list[Corpus]:
    """`count` films a section, of each seed in turn. The seeds are made in folders of `folder`."""
    return [_build_corpus(section, folder / section.title, count) for section in SECTIONS]


def _build_corpus(section: Section, folder: Path, count: int) -> Corpus:
    folder.mkdir()
    seeds = [(path.name, path.read_bytes()) for path in section.write(folder)]
    films = (_mutant(number, *seeds[number % len(seeds)], section) for number in range(count))
    return Corpus(section.title, list(films))


def _mutant(number: int, name: str, data: bytes, section: Section) -> Specimen:
    chance = random.Random(f"{SEED}-{section.title}-{number}")
    return Specimen(
        f"{number}-{name}", partial(_damage, data, section.marks[_FAMILIES[name.rpartition(".")[2]]], chance)
    )


def _damage(data: bytes, marks: Sequence[bytes], chance: random.Random) -> bytes:
    """One to three fields overwritten, each with a value that means much to a program, or with any."""
    damaged = bytearray(data)
    found = [mark for mark in marks if mark in data]
    for _ in range(chance.randint(1, 3)):
        mark = chance.choice(found)
        start = chance.choice(_find_all(data, mark)) + len(mark) + chance.randrange(_REACH)
        value = chance.choice((*_VALUES, chance.randbytes(4), chance.randbytes(1)))
        damaged[start : start + len(value)] = value[: max(0, len(damaged) - start)]
    return bytes(damaged)


def _find_all(data: bytes, mark: bytes) -> list[int]:
    places, at = [], data.find(mark)
    while at >= 0:
        places.append(at)
        at = data.find(mark, at + 1)
    return places
