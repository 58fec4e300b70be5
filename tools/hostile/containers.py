"""Films of unusual containers, damaged where their streams, edit lists and times are written; the same in every run."""

import random
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Final

from fakes import sample_containers, sample_files
from fakes.sample_containers import Track, steady_times

from tools.hostile.specimens import Corpus, Specimen

SEED: Final = 20_261_129
_MARKS: Final = {
    "mp4": (b"elst", b"stts", b"ctts", b"stsc", b"stss", b"mdhd", b"mvhd", b"tkhd", b"hdlr", b"stsd"),
    "mkv": (b"\x44\x89", b"\x2a\xd7\xb1", b"\x23\xe3\x83", b"\xe7", b"\xa3", b"\x86", b"\x88", b"\xd7", b"\x83"),
    "avi": (b"avih", b"strh", b"strf", b"idx1", b"00dc"),
    "ts": (b"\x00\x00\x01\xe0", b"\x00\x00\x01\xc0", b"\x47\x40\x00", b"\x47\x50\x00", b"\x47\x41\x00"),
}  # of a container: what its fields of streams and times begin with
_MARKS_OF: Final = {"mp4": "mp4", "mkv": "mkv", "webm": "mkv", "avi": "avi", "ts": "ts"}  # by suffix
_REACH: Final = 40  # bytes behind a mark in which its fields lie
_VALUES: Final = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1")


def corpus(folder: Path, count: int) -> Corpus:
    """`count` files, of each seed in turn. The seeds are made in `folder`."""
    seeds = [(path.name, path.read_bytes()) for path in _write_seeds(folder)]
    return Corpus("containers", [_mutant(number, *seeds[number % len(seeds)]) for number in range(count)])


def _write_seeds(folder: Path) -> list[Path]:
    film = sample_files.write_film(folder / "film.mp4", seconds=2)
    part = sample_files.write_film(folder / "part.ts")
    tones = [
        Track(sample_containers.write_tone(folder / f"{codec}.mkv", 300, codec=codec), "audio")
        for codec in ("flac", "aac")
    ]
    sizes = [(160, 120), (320, 240)]
    return [
        sample_containers.write_tracks(
            folder / "edited.mp4", Track(film, "video", shift=-1), Track(film, "audio", shift=-1)
        ),
        sample_containers.write_joined(folder / "joined.ts", part, part),
        sample_containers.write_interlaced(folder / "fields.ts"),
        sample_containers.write_film_with_sounds(folder, "sounds.mkv", *tones),
        sample_containers.write_subtitled(folder / "subtitles.mkv", film, at=4),
        sample_containers.write_pictures(
            folder / "reordered.avi", steady_times(1), time_base=Fraction(1, 25), options={"bf": "3"}
        ),
        sample_containers.write_pictures(folder / "grows.webm", steady_times(1), sizes=sizes, codec="libvpx"),
        sample_containers.write_pictures(folder / "slides.mp4", steady_times(4, 1)),
    ]


def _mutant(number: int, name: str, data: bytes) -> Specimen:
    return Specimen(f"{number}-{name}", partial(_damage, data, name, random.Random(f"{SEED}-{number}")))


def _damage(data: bytes, name: str, chance: random.Random) -> bytes:
    """One to three fields overwritten, each with a value that means much to a program, or with any."""
    damaged = bytearray(data)
    marks = [mark for mark in _MARKS[_MARKS_OF[name.rpartition(".")[2]]] if mark in data]
    for _ in range(chance.randint(1, 3)):
        mark = chance.choice(marks)
        places = _find_all(data, mark)
        start = chance.choice(places) + len(mark) + chance.randrange(_REACH)
        value = chance.choice((*_VALUES, chance.randbytes(4), chance.randbytes(1)))
        damaged[start : start + len(value)] = value[: max(0, len(damaged) - start)]
    return bytes(damaged)


def _find_all(data: bytes, mark: bytes) -> list[int]:
    places, at = [], data.find(mark)
    while at >= 0:
        places.append(at)
        at = data.find(mark, at + 1)
    return places
