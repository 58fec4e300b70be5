"""Frames of high dynamic range become BT.709 as exact formulas have it, each pixel by itself, at any saturation."""

import numpy as np
import pytest
from fakes.colour_films import (
    HLG,
    PQ,
    ColourFormat,
    average_patches,
    build_colours,
    build_frame,
    build_saturated_colours,
    compute_reference,
    encode_hdr,
    read_signal,
    view_frame,
)

from pipeline.media.encoding.tone_mapper import ToneMapper

KINDS = [
    ColourFormat(pixels, space, is_full=is_full, primaries=9, transfer=transfer)
    for transfer in (PQ, HLG)
    for pixels, space, is_full in (
        ("yuv420p10le", 9, False),
        ("yuv420p12le", 9, False),
        ("yuv422p10le", 9, False),
        ("yuv444p12le", 9, False),
        ("yuv420p10le", 9, True),
    )
]
RGB = [
    ColourFormat(pixels, 0, is_full=True, primaries=9, transfer=transfer)
    for transfer in (PQ, HLG)
    for pixels in ("gbrp10le", "gbrp12le")
]
CHART, SATURATED = build_colours(), build_saturated_colours()


@pytest.mark.parametrize(
    ("kind", "colours"),
    [*((kind, CHART) for kind in [*KINDS, *RGB]), *((kind, SATURATED) for kind in [*KINDS, *RGB])],
    ids=lambda value: str(value) if isinstance(value, ColourFormat) else "saturated" if value is SATURATED else "chart",
)
def test_every_colour_up_to_reference_white_is_within_two_levels(kind: ColourFormat, colours: np.ndarray) -> None:
    frame = build_frame(encode_hdr(colours, kind.transfer), kind)
    reference = average_patches(compute_reference(read_signal(frame, kind), kind))
    found = average_patches(view_frame(ToneMapper().convert(frame, (frame.width, frame.height))))
    assert np.abs(found - reference).max() * 255 <= 2


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_what_is_brighter_than_reference_white_is_as_bright_as_the_screen(transfer: int) -> None:
    kind = ColourFormat("yuv420p10le", 9, primaries=9, transfer=transfer)
    grey = np.linspace(0.8, 1, 54).reshape(6, 9, 1).repeat(3, axis=2)
    found = view_frame(ToneMapper().convert(build_frame(grey, kind), (144, 96)))
    assert found.min() * 255 >= 253
