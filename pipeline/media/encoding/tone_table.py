"""Table of colours for the conversion of high dynamic range to BT.709, and the curves before and after it.

The table's values are light, and so is each of its axes between two of its places, which are closer together where
light is faint. The conversion is linear in light, and so is interpolation: it is exact where nothing is clipped,
however few places there are, and a small table stays in the processor's cache. For HLG, whose gain is not linear, it
is nearly so.
"""

from functools import cache
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.tone_mapping import (
    HLG,
    PQ,
    CodePoints,
    Floats,
    compute_system_gain,
    get_luminance,
    get_matrix,
)

LEVEL: Final = 8  # a table of level n has n * n values of each primary, in a picture of n ** 3 pixels a side
TOP: Final = 65535
_LAST: Final = LEVEL**2 - 1
_WHITE: Final = 55  # place on an axis where light is that of reference white: below it are squares, above powers
_LIGHT: Final = (-0.0625, 1.0625)  # of the lowest and the highest value; cells at the edge of BT.709 reach beyond it
_DISPLAY_GAMMA: Final = 2.4  # ITU-R BT.1886
_LIMITED_WHITE: Final = 65280  # what FFmpeg makes of white in limited range: 255 * 256

# Reference white by the top of a signal (ITU-R BT.2408): 203 of 10,000 cd/m2; for HLG that of the scene.
_PQ_WHITE: Final = 0.0203
_HLG_WHITE: Final = 0.203 ** (1 / 1.2)
# The end of an axis; nothing is graded brighter than 4,000 cd/m2.
_PQ_MAX_LIGHT: Final = 20.0
_HLG_MAX_LIGHT: Final = 1 / _HLG_WHITE


def find_white(bits: int, *, is_full: bool) -> int:
    """The sample of 16 bits that FFmpeg makes of the highest signal."""
    return (2**bits - 1) << (16 - bits) if is_full else _LIMITED_WHITE


def build_decoding_curve(points: CodePoints, white: int) -> str:
    """FFmpeg's expression of a place on an axis by the sample of a signal, of which `white` is the highest."""
    light = _decode_pq() if points.transfer == PQ else _decode_hlg()
    top = _max_light_of(points)
    ratio = _ratio_of(top)
    below = f"st(2,floor({_WHITE}*sqrt(ld(1))))+(ld(1)*{_WHITE**2}-ld(2)*ld(2))/(2*ld(2)+1)"
    above = f"{_WHITE}+st(2,floor(log(max(ld(1),1))/{log(ratio)}))+(ld(1)/pow({ratio},ld(2))-1)/{ratio - 1}"
    return f"st(0,min(val/{white},1));st(1,min({light},{top}));0.5+{TOP / _LAST}*if(lte(ld(1),1),{below},{above})"


def build_encoding_curve() -> str:
    """FFmpeg's expression of the sample of a signal of BT.709 by a value of the table."""
    low, high = _LIGHT
    return f"0.5+{_LIMITED_WHITE}*pow(clip(val/{TOP}*{high - low}+{low},0,1),{1 / _DISPLAY_GAMMA})"


@cache
def compute_table(points: CodePoints) -> NDArray[np.uint16]:
    """Red, green and blue light of BT.709 for all places on the axes, red changing fastest; 3 x values."""
    axis = _decode_axis(np.arange(_LAST + 1), _max_light_of(points)).astype(np.float32)
    gain = compute_system_gain(_sum_primaries(get_luminance(points), axis)) if points.transfer == HLG else np.float32(1)
    low, high = _LIGHT
    values = [np.clip(_sum_primaries(row, axis) * gain, low, high) - np.float32(low) for row in get_matrix(points)]
    return np.array([each * np.float32(TOP / (high - low)) + np.float32(0.5) for each in values], np.uint16).reshape(
        3, -1
    )


def _sum_primaries(weights: Floats, axis: Floats) -> Floats:
    """Sums of a primary each, by blue, green and red."""
    red, green, blue = (weight * axis for weight in weights)
    mixed: Floats = blue[:, None, None] + green[:, None] + red
    return mixed


def _max_light_of(points: CodePoints) -> float:
    return _PQ_MAX_LIGHT if points.transfer == PQ else _HLG_MAX_LIGHT


def _ratio_of(top: float) -> float:
    """How much brighter one place is than that before, above reference white."""
    return float(top ** (1 / (_LAST - _WHITE)))


def _decode_axis(places: NDArray[np.int_], top: float) -> NDArray[np.float64]:
    """Light at places on an axis, 1 at reference white; of the scene for HLG."""
    bright = _ratio_of(top) ** np.maximum(places - _WHITE, 0)
    return np.where(places <= _WHITE, (places / _WHITE) ** 2, bright)


def _decode_pq() -> str:
    """Light of SMPTE ST 2084, by the signal in variable 0."""
    power = f"pow(ld(0),{32 / 2523})"
    light = f"pow(max({power}-{3424 / 4096},0)/({2413 / 128}-{2392 / 128}*{power}),{16384 / 2610})"
    return f"{light}/{_PQ_WHITE}"


def _decode_hlg() -> str:
    """Light of the scene of ARIB STD-B67, by the signal in variable 0."""
    a = 0.17883277
    b = 1 - 4 * a
    c = 0.5 - a * log(4 * a)
    return f"if(lte(ld(0),0.5),ld(0)*ld(0)/3,(exp((ld(0)-{c})/{a})+{b})/12)/{_HLG_WHITE}"
