"""Films have the colours of their sources, whatever these are stored as; the reference is computed in floats."""

from pathlib import Path

import av
import numpy as np
import pytest
from fakes.colour_films import (
    HLG,
    PQ,
    ColourFormat,
    build_colours,
    build_saturated_colours,
    compute_reference,
    encode_hdr,
    view_colours,
    view_hdr_source,
    write_colours,
)
from numpy.typing import NDArray

from models.jobs.film import EncodingOptions, Film, X264Preset
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Word
from pipeline.captions.film import make

FINE = EncodingOptions(preset=X264Preset.ULTRAFAST, crf=4)
X264 = {"preset": "ultrafast", "crf": "1"}
X265 = {"preset": "ultrafast", "crf": "1", "x265-params": "log-level=none"}
BT601 = {"space": 6, "primaries": 6, "transfer": 6}
BT2020 = {"space": 9, "primaries": 9}

SOURCES = [
    ColourFormat("yuv420p", options=X264),
    ColourFormat("yuv420p", **BT601, options=X264),
    ColourFormat("yuv420p", **BT601, is_full=True, options=X264),
    ColourFormat("yuvj420p", 5, is_full=True, primaries=5, transfer=6, options=X264),
    ColourFormat(
        "yuvj420p",
        5,
        is_full=True,
        primaries=2,
        transfer=2,
        codec="mjpeg",
        suffix="mov",
        options={"qmin": "1", "qmax": "1"},
    ),
    ColourFormat(
        "yuvj422p",
        5,
        is_full=True,
        primaries=2,
        transfer=2,
        codec="mjpeg",
        suffix="mov",
        options={"qmin": "1", "qmax": "1"},
    ),
    ColourFormat("yuv420p", is_full=True, options=X264),
    ColourFormat("yuv420p10le", **BT601, is_full=True, codec="libx265", options=X265),
    ColourFormat("yuv420p", 6, is_tagged=False, options=X264),
    ColourFormat("yuv422p", options=X264),
    ColourFormat("yuv444p10le", options=X264),
    ColourFormat("yuv420p", 7, primaries=7, transfer=7, options=X264),
    ColourFormat("yuv420p", **BT2020, transfer=14, options=X264),
    ColourFormat("yuv420p10le", **BT2020, transfer=14, codec="libx265", options=X265),
    ColourFormat("yuv420p12le", **BT2020, transfer=15, codec="libx265", options=X265),
    ColourFormat("yuv422p10le", codec="prores_ks", suffix="mov"),
    ColourFormat("gbrp", 0, is_full=True, codec="libx265", options=X265),
    ColourFormat("gbrp10le", 0, is_full=True, codec="libx265", options=X265),
]
HDR_SOURCES = [
    ColourFormat(pixels, **BT2020, transfer=transfer, codec="libx265", options=X265)
    for pixels, transfer in (("yuv420p10le", PQ), ("yuv420p10le", HLG), ("yuv420p12le", PQ), ("yuv422p12le", HLG))
]


def caption(source: Path, encoding: EncodingOptions = FINE) -> Film:
    options = CaptionOptions(encoding=encoding)
    words = [Word(text="moon", start=0.11, end=0.12)]  # behind the last frame
    return make(source, words, source.with_name("film.mp4"), options, lambda _stage, _share: None)


def write_source(folder: Path, kind: ColourFormat) -> tuple[Path, NDArray[np.float64]]:
    """A film of a kind, and what a viewer sees of it."""
    colours = build_colours()
    signal = encode_hdr(colours, kind.transfer) if kind.is_hdr else colours
    return write_colours(folder / f"x.{kind.suffix}", signal, kind), compute_reference(signal, kind)


@pytest.mark.parametrize("kind", SOURCES, ids=str)
def test_every_colour_is_within_two_levels_of_the_source_s(tmp_path: Path, kind: ColourFormat) -> None:
    source, reference = write_source(tmp_path, kind)
    difference = (view_colours(caption(source).path) - reference) * 255
    assert np.abs(difference).max() <= 2
    assert np.abs(difference.mean(axis=(0, 1))).max() < 0.5  # none is shifted for good


@pytest.mark.parametrize("kind", [kind for kind in SOURCES if kind.codec != "mjpeg"], ids=str)
def test_saturated_colours_are_within_two_levels_of_the_source_s(tmp_path: Path, kind: ColourFormat) -> None:
    colours = build_saturated_colours()
    source = write_colours(tmp_path / f"x.{kind.suffix}", colours, kind)
    assert np.abs(view_colours(caption(source).path) - np.clip(colours, 0, 1)).max() * 255 <= 2


@pytest.mark.parametrize("kind", HDR_SOURCES, ids=str)
def test_high_dynamic_range_is_within_two_levels_up_to_its_white(tmp_path: Path, kind: ColourFormat) -> None:
    source, _ = write_source(tmp_path, kind)
    film = caption(source)
    difference = np.abs(view_colours(film.path) - view_hdr_source(source, kind)) * 255
    assert difference.mean() < 0.5
    assert difference.max() <= 2
    with av.open(str(film.path)) as container:
        frame = next(container.decode(video=0))
    assert (frame.color_trc, frame.color_primaries, frame.colorspace, frame.color_range) == (1, 1, 1, 1)


def test_untagged_hd_that_becomes_sd_keeps_its_colours(tmp_path: Path) -> None:
    kind = ColourFormat("yuv420p", is_tagged=False, options=X264)
    colours = build_colours()
    source = write_colours(tmp_path / "x.mp4", colours, kind, frames=50, patch=128)
    film = caption(source, FINE.model_copy(update={"max_bytes": 100_000}))
    assert min(film.width, film.height) <= 576
    assert np.abs(view_colours(film.path) - colours).mean() * 255 < 2
