"""Five thousand damaged files, the same in every run: valid ones, each with one thing wrong."""

import random
from functools import partial
from pathlib import Path
from typing import Final

from fakes import sample_files

from tools.hostile.specimens import Corpus, Specimen

SEED: Final = 20_261_122
SEEDS: Final[dict[str, sample_files.Maker]] = {
    "x.jpg": sample_files.write_picture,
    "x.png": sample_files.write_picture,
    "x.webp": sample_files.write_picture,
    "x.gif": sample_files.write_animated_picture,
    "x.bmp": sample_files.write_picture,
    "x.tiff": sample_files.write_picture,
    "x.heic": sample_files.write_picture,
    "x.avif": sample_files.write_picture,
    "x.mp4": sample_files.write_film,
    "x.mov": sample_files.write_rotated_film,
    "x.mkv": sample_files.write_variable_rate_film,
    "x.avi": partial(sample_files.write_film, codec="mpeg4", sound="mp3"),
    "x.ts": sample_files.write_film,
    "x.webm": sample_files.write_webm,
    "x.mp3": sample_files.write_song_with_cover,
    "x.m4a": sample_files.write_recording,
    "x.aac": sample_files.write_recording,
    "x.ogg": partial(sample_files.write_recording, codec="libopus"),
    "x.flac": partial(sample_files.write_recording, codec="flac"),
    "x.wav": partial(sample_files.write_recording, codec="pcm_s16le"),
}


def corpus(folder: Path, count: int) -> Corpus:
    """`count` mutants, of each seed in turn. The seeds are made in `folder`."""
    whole = {name: make(folder / name).read_bytes() for name, make in SEEDS.items()}
    names = list(whole)
    return Corpus("mutants", [_mutant(number, names[number % len(names)], whole) for number in range(count)])


def _mutant(number: int, name: str, whole: dict[str, bytes]) -> Specimen:
    def data() -> bytes:
        return sample_files.mutate_bytes(whole[name], random.Random(f"{SEED}-{number}"))

    return Specimen(f"{number}-{name}", data)
