"""Thousands of damaged files, the same in every run: valid ones, each with one thing wrong."""

import random
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from fakes import hdr_pictures, odd_pictures, sample_files
from numpy.typing import NDArray

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


def _write_hdr(write: Callable[[Path, NDArray[np.uint16], int, int], Path], path: Path) -> Path:
    samples = hdr_pictures.encode_hdr(hdr_pictures.PQ)
    return write(path, samples, hdr_pictures.BT2020, hdr_pictures.PQ)


PICTURE_SEEDS: Final[dict[str, sample_files.Maker]] = {
    "pq.png": partial(_write_hdr, hdr_pictures.write_cicp_png),
    "pq.heic": partial(_write_hdr, hdr_pictures.write_heic),
    "pq.avif": partial(_write_hdr, hdr_pictures.write_avif),
    "fading.gif": partial(odd_pictures.write_fading, background="white"),
    "fading.webp": partial(odd_pictures.write_fading, background="black"),
    "fading.png": partial(odd_pictures.write_fading, background="white"),
    "transparent.png": odd_pictures.write_transparent,
    "transparent.bmp": odd_pictures.write_v5_bmp,
    "preview.dng": partial(odd_pictures.write_raw_photo, preview=(800, 600)),
    "sensor.dng": odd_pictures.write_sensor_samples,
}


def corpus(folder: Path, count: int) -> Corpus:
    """`count` mutants of common files. The seeds are made in `folder`."""
    return _corpus("mutants", SEEDS, folder, count)


def picture_corpus(folder: Path, count: int) -> Corpus:
    """`count` mutants of unusual pictures."""
    return _corpus("picture mutants", PICTURE_SEEDS, folder, count)


def _corpus(title: str, seeds: Mapping[str, sample_files.Maker], folder: Path, count: int) -> Corpus:
    """Mutants of each seed in turn."""
    whole = {name: make(folder / name).read_bytes() for name, make in seeds.items()}
    names = list(whole)
    return Corpus(title, [_mutant(number, names[number % len(names)], whole) for number in range(count)])


def _mutant(number: int, name: str, whole: dict[str, bytes]) -> Specimen:
    def data() -> bytes:
        return sample_files.mutate_bytes(whole[name], random.Random(f"{SEED}-{number}"))

    return Specimen(f"{number}-{name}", data)
