"""Conversion of samples with colour code points (ITU-T H.273) to 8-bit sRGB; high dynamic range is tone-mapped.

Up to the reference white of ITU-R BT.2408 colours are kept; brighter ones are compressed, so that the brightest just
fits. FFmpeg's own mapping cuts them off, and takes two seconds for a table whatever the picture's size.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PQ, HLG, _LINEAR = 16, 18, 8  # transfer characteristics; all others are taken for that of sRGB
BT709, BT2020, DISPLAY_P3 = 1, 9, 12  # colour primaries
_REFERENCE_WHITE: Final = 203.0  # cd/m2, of PQ; 75 % of an HLG signal on a display of the peak below (BT.2408, 2.2)
_HLG_PEAK, _HLG_GAMMA = 1000.0, 1.2  # cd/m2, and the system gamma of a display with it (BT.2100)
_KNEE: Final = 0.7  # of reference white, by the root of the peak: darker colours stay as they are
_PEAK_QUANTILE: Final = 0.999  # brighter areas may be cut off
_AREA_SIDE: Final = 8  # pixels
_BAND_ROWS: Final = 256  # rows converted at once, which bounds memory
_LEVELS: Final = 65536

# Linear light to that of BT.709, by colour primaries; and the share of each primary in luminance.
_MATRICES: Final = {
    BT709: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    BT2020: ((1.660491, -0.587641, -0.072850), (-0.124550, 1.132900, -0.008349), (-0.018151, -0.100579, 1.118730)),
    DISPLAY_P3: ((1.224940, -0.224940, 0.0), (-0.042057, 1.042057, 0.0), (-0.019638, -0.078636, 1.098274)),
}
_LUMINANCE: Final = {
    BT709: (0.2126, 0.7152, 0.0722), BT2020: (0.2627, 0.6780, 0.0593), DISPLAY_P3: (0.2290, 0.6917, 0.0793),
}  # fmt: skip


class CodePoints(NamedTuple):
    """Colour primaries and transfer characteristics by their numbers in ITU-T H.273."""

    primaries: int
    transfer: int

    @property
    def is_hdr(self) -> bool:
        return self.transfer in {PQ, HLG}

    @property
    def is_plain(self) -> bool:
        """Whether samples are shown as if they were sRGB."""
        return self.primaries not in {BT2020, DISPLAY_P3} and self.transfer not in {PQ, HLG, _LINEAR}


def convert_to_srgb(samples: NDArray[np.uint16], points: CodePoints) -> NDArray[np.uint8]:
    """Convert height x width x 3 samples of 16 bits."""
    peak = _measure_peak(samples, points)
    bands = [samples[row : row + _BAND_ROWS] for row in range(0, len(samples), _BAND_ROWS)]
    return np.concatenate([_encode_srgb(_compress(to_linear(band, points), peak)) for band in bands])


def _measure_peak(samples: NDArray[np.uint16], points: CodePoints) -> float:
    """The brightest light of areas, 1 at reference white: single pixels at edges are brighter after lossy coding."""
    size = max(1, samples.shape[1] // _AREA_SIDE), max(1, samples.shape[0] // _AREA_SIDE)
    areas = np.asarray(cv2.resize(samples, size, interpolation=cv2.INTER_AREA), np.uint16)
    return float(np.quantile(to_linear(areas, points).max(axis=2), _PEAK_QUANTILE))


def to_linear(samples: NDArray[np.uint16], points: CodePoints) -> Floats:
    """Linear light of BT.709, 1 at reference white; colours outside of it are cut off."""
    light: Floats = np.maximum(to_bt709(_build_table(points.transfer)[samples], points), 0)
    return light


def to_bt709(light: Floats, points: CodePoints) -> Floats:
    """Light of BT.709 by that of the primaries, both 1 at reference white; of the scene for HLG. Colours outside of
    BT.709 have negative parts.
    """
    if points.transfer == HLG:
        light = np.multiply(light, compute_system_gain(light @ get_luminance(points))[..., None], dtype=np.float32)
    converted: Floats = light @ get_matrix(points).T
    return converted


def get_matrix(points: CodePoints) -> Floats:
    """The matrix from linear light of the primaries to that of BT.709."""
    return np.array(_MATRICES.get(points.primaries, _MATRICES[BT709]), np.float32)


def get_luminance(points: CodePoints) -> Floats:
    """The share of each primary in luminance."""
    return np.array(_LUMINANCE.get(points.primaries, _LUMINANCE[BT709]), np.float32)


def compute_system_gain(luminance: Floats) -> Floats:
    """How much brighter than the scene an HLG display is, by the luminance of the scene; both 1 at reference white."""
    gain: Floats = np.maximum(luminance, np.float32(1e-6)) ** np.float32(_HLG_GAMMA - 1)
    return gain


@cache
def _build_table(transfer: int) -> Floats:
    """Linear light of every sample value, 1 at reference white; of the scene for HLG."""
    signal = np.linspace(0, 1, _LEVELS)
    decoders: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
        PQ: _decode_pq, HLG: _decode_hlg, _LINEAR: np.asarray,
    }  # fmt: skip
    table: Floats = decoders.get(transfer, _decode_srgb)(signal).astype(np.float32)
    return table


def _decode_pq(signal: NDArray[Any]) -> NDArray[Any]:
    """SMPTE ST 2084, 10,000 cd/m2 at its top."""
    power = signal ** (32 / 2523)
    light = np.maximum(power - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * power)
    return light ** (16384 / 2610) * (10_000 / _REFERENCE_WHITE)


def _decode_hlg(signal: NDArray[Any]) -> NDArray[Any]:
    """ARIB STD-B67: light of the scene."""
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * np.log(4 * a)
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return np.asarray(scene * (_HLG_PEAK / _REFERENCE_WHITE) ** (1 / _HLG_GAMMA))


def _decode_srgb(signal: NDArray[Any]) -> NDArray[Any]:
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def _encode_srgb(light: Floats) -> NDArray[np.uint8]:
    light = np.minimum(light, 1)
    signal = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(signal * 255), np.uint8)


def _compress(light: Floats, peak: float) -> Floats:
    """Scale pixels brighter than the knee, so that `peak` becomes white; their hue stays."""
    if peak <= 1:
        return light
    knee = _KNEE / math.sqrt(peak)
    brightest = light.max(axis=2, keepdims=True)
    excess = np.maximum(brightest - knee, 0) / (1 - knee)
    span = (peak - knee) / (1 - knee)
    compressed = knee + (1 - knee) * excess * span / (span + excess * (span - 1))
    return np.where(brightest > knee, light * (compressed / np.maximum(brightest, 1e-6)), light)
