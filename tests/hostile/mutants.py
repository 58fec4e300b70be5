"""Five thousand damaged files, the same in every run: valid ones, each with one thing wrong."""

import random
from functools import partial
from pathlib import Path
from typing import Final

from fakes import files
from specimens import Corpus, Specimen

SEED: Final = 20_261_122
SEEDS: Final[dict[str, files.Maker]] = {
    "x.jpg": files.picture,
    "x.png": files.picture,
    "x.webp": files.picture,
    "x.gif": files.animated,
    "x.bmp": files.picture,
    "x.tiff": files.picture,
    "x.heic": files.picture,
    "x.avif": files.picture,
    "x.mp4": files.film,
    "x.mov": files.rotated_film,
    "x.mkv": files.uneven_film,
    "x.avi": partial(files.film, codec="mpeg4", sound="mp3"),
    "x.ts": files.film,
    "x.webm": files.webm,
    "x.mp3": files.song_with_cover,
    "x.m4a": files.recording,
    "x.aac": files.recording,
    "x.ogg": partial(files.recording, codec="libopus"),
    "x.flac": partial(files.recording, codec="flac"),
    "x.wav": partial(files.recording, codec="pcm_s16le"),
}


def corpus(folder: Path, count: int) -> Corpus:
    """`count` mutants, of each seed in turn. The seeds are made in `folder`."""
    whole = {name: make(folder / name).read_bytes() for name, make in SEEDS.items()}
    names = list(whole)
    return Corpus("mutants", [_mutant(number, names[number % len(names)], whole) for number in range(count)])


def _mutant(number: int, name: str, whole: dict[str, bytes]) -> Specimen:
    def data() -> bytes:
        return files.mutated(whole[name], random.Random(f"{SEED}-{number}"))

    return Specimen(f"{number}-{name}", data)
