"""Films of flat colours in the pixel formats and colour spaces that cameras write, and what a viewer sees of a film.

All conversions are exact formulas of ITU-R BT.601, BT.709, BT.2020 and BT.2100 in floats; nothing of FFmpeg's converts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.format import VideoFormat
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PATCH = 16  # pixels a side
COLUMNS, ROWS = 9, 6
_UNSPECIFIED = 2
_GRAIN = 0.8  # levels of luma
_WEIGHTS = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
_SD_HEIGHT = 576
_CHECKER = [
    (115, 82, 68), (194, 150, 130), (98, 122, 157), (87, 108, 67), (133, 128, 177), (103, 189, 170),
    (214, 126, 44), (80, 91, 166), (193, 90, 99), (94, 60, 108), (157, 188, 64), (224, 163, 46),
    (56, 61, 150), (70, 148, 73), (175, 54, 60), (231, 199, 31), (187, 86, 149), (8, 133, 161),
    (243, 243, 242), (200, 200, 200), (160, 160, 160), (122, 122, 121), (85, 85, 85), (52, 52, 52),
]  # fmt: skip
_WHITE = 203.0  # cd/m2 (ITU-R BT.2408)
_TO_BT709 = np.array([[1.660491, -0.587641, -0.07285], [-0.12455, 1.1329, -0.008349], [-0.018151, -0.100579, 1.11873]])
PQ, HLG = 16, 18


@dataclass(frozen=True)
class ColourFormat:
    """Pixel format and colour tags (numbers of ITU-T H.273) of a film, and how it is encoded."""

    pixels: str
    space: int = 1
    is_full: bool = False
    primaries: int = 1
    transfer: int = 1
    codec: str = "libx264"
    suffix: str = "mp4"
    options: dict[str, str] = field(default_factory=dict)
    is_tagged: bool = True

    def __str__(self) -> str:
        tags = f"{self.space}-{self.primaries}-{self.transfer}" if self.is_tagged else "untagged"
        return f"{self.codec}-{self.pixels}-{tags}-{'full' if self.is_full else 'limited'}"

    @property
    def bits(self) -> int:
        return VideoFormat(self.pixels).components[0].bits

    @property
    def is_hdr(self) -> bool:
        return self.transfer in {PQ, HLG}


def build_colours() -> Floats:
    """Rows x columns of colours, red, green and blue from 0 to 1; neither black nor white nor pure."""
    levels = np.array([0.12, 0.45, 0.8])
    chart = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    greys = np.linspace(0.05, 0.95, COLUMNS * ROWS - len(chart))[:, None].repeat(3, axis=1)
    return np.concatenate([chart, greys]).reshape(ROWS, COLUMNS, 3)


def build_saturated_colours() -> Floats:
    """The 24 patches of a ColorChecker in 8-bit sRGB, pure colours, and some that are almost pure."""
    pure = [[level * (number >> bit & 1) for bit in range(3)] for level in (1, 0.6, 0.25) for number in range(1, 8)]
    almost = [[max(value, 0.05) for value in colour] for colour in pure[7:16]]
    return np.array([*(np.array(_CHECKER) / 255).tolist(), *pure, *almost]).reshape(ROWS, COLUMNS, 3)


def build_frame(colours: Floats, kind: ColourFormat) -> av.VideoFrame:
    """A frame of patches whose signal values are `colours`."""
    picture = colours.repeat(PATCH, axis=0).repeat(PATCH, axis=1)
    frame = av.VideoFrame(picture.shape[1], picture.shape[0], kind.pixels)
    _fill(frame, picture, kind)
    _tag(frame, kind)
    frame.pts, frame.time_base = 0, Fraction(1, 25)
    return frame


def read_signal(frame: av.VideoFrame, kind: ColourFormat) -> Floats:
    """The signal values of each pixel of a frame, as its samples have them."""
    planes = [_view(plane, np.dtype("<u2")).astype(np.float64) for plane in frame.planes]
    if kind.pixels.startswith("gbr"):
        return np.dstack([planes[2], planes[0], planes[1]]) / (2**kind.bits - 1)
    return np.clip(_decode(planes, kind.space, is_full=kind.is_full, bits=kind.bits), 0, 1)


def average_patches(signal: Floats) -> Floats:
    """The mean of the middle of each patch."""
    inner = signal.reshape(ROWS, PATCH, COLUMNS, PATCH, 3)[:, PATCH // 4 : -PATCH // 4, :, PATCH // 4 : -PATCH // 4]
    return np.asarray(inner.mean(axis=(1, 3)))


def write_colours(path: Path, colours: Floats, kind: ColourFormat, frames: int = 3, patch: int = PATCH) -> Path:
    """A film of patches whose signal values are `colours`, with grain, so that no rounding adds up."""
    picture = colours.repeat(patch, axis=0).repeat(patch, axis=1)
    grain = _GRAIN / (219 * 2 ** (kind.bits - 8))
    picture = picture + np.random.default_rng(5).uniform(-grain, grain, picture.shape)
    height, width = picture.shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(kind.codec, rate=25, options=kind.options)
        stream.width, stream.height, stream.pix_fmt = width, height, kind.pixels
        _tag(stream.codec_context, kind)
        for number in range(frames):
            frame = av.VideoFrame(width, height, kind.pixels)
            _fill(frame, picture, kind)
            _tag(frame, kind)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def view_hdr_source(path: Path, kind: ColourFormat, number: int = 1) -> Floats:
    """The colours of the patches of a film of high dynamic range, each pixel as exact formulas convert it."""
    with av.open(str(path)) as container:
        frame = next(frame for index, frame in enumerate(container.decode(video=0)) if index == number)
    return average_patches(compute_reference(read_signal(frame, kind), kind))


def view_frame(frame: av.VideoFrame) -> Floats:
    """Each pixel of a frame in 8-bit 4:2:0 of BT.709 as a viewer sees it."""
    planes = [_view(plane, np.dtype(np.uint8)).astype(np.float64) for plane in frame.planes]
    return np.clip(_decode(planes, 1, is_full=False), 0, 1)


def view_colours(path: Path, number: int = 1) -> Floats:
    """The colours of the patches as a viewer sees them in 8-bit 4:2:0 of standard dynamic range, by the film's tags."""
    with av.open(str(path)) as container:
        frame = next(frame for index, frame in enumerate(container.decode(video=0)) if index == number)
    assert frame.format.name in {"yuv420p", "yuvj420p"}
    planes = [_view(plane, np.dtype(np.uint8)).astype(np.float64) for plane in frame.planes]
    is_sd = min(frame.width, frame.height) <= _SD_HEIGHT
    space = frame.colorspace if frame.colorspace != _UNSPECIFIED else (6 if is_sd else 1)
    signal = _decode(planes, space, is_full=frame.color_range == 2)
    scale = frame.width / (COLUMNS * PATCH)
    size, margin = PATCH * scale, PATCH * scale / 4
    centres = [
        [signal[_inner(row, size, margin), _inner(column, size, margin)].mean(axis=(0, 1)) for column in range(COLUMNS)]
        for row in range(ROWS)
    ]
    return np.clip(np.array(centres), 0, 1)


def compute_reference(colours: Floats, kind: ColourFormat) -> Floats:
    """What a viewer sees of the source: signal values of BT.709 on a display of gamma 2.4 (BT.1886)."""
    if not kind.is_hdr:
        return colours
    light = _decode_pq(colours) if kind.transfer == PQ else _decode_hlg(colours)
    return np.asarray(np.clip(light @ _TO_BT709.T / _WHITE, 0, 1) ** (1 / 2.4))


def encode_hdr(colours: Floats, transfer: int) -> Floats:
    """The signal of BT.2020 primaries that shows `colours`, signal values of BT.709, up to reference white."""
    light = (colours**2.4 * _WHITE) @ np.linalg.inv(_TO_BT709).T
    return _encode_pq(light) if transfer == PQ else _encode_hlg(light)


def _inner(index: int, size: float, margin: float) -> slice:
    return slice(round(index * size + margin), round((index + 1) * size - margin))


def _tag(target: av.VideoFrame | av.VideoCodecContext, kind: ColourFormat) -> None:
    target.color_range = 2 if kind.is_full else 1
    tags = (kind.space, kind.primaries, kind.transfer) if kind.is_tagged else [_UNSPECIFIED] * 3
    target.colorspace, target.color_primaries, target.color_trc = tags


def _fill(frame: av.VideoFrame, picture: Floats, kind: ColourFormat) -> None:
    sample = np.dtype(np.uint8 if kind.bits == 8 else "<u2")
    if kind.pixels.startswith("gbr"):
        values = [picture[..., channel] * (2**kind.bits - 1) for channel in (1, 2, 0)]
    else:
        values = _encode(picture, kind)
    for plane, value in zip(frame.planes, values, strict=False):
        target = _view(plane, sample)
        step = value.shape[0] // target.shape[0], value.shape[1] // target.shape[1]
        target[...] = np.clip(np.rint(value[:: step[0], :: step[1]]), 0, 2**kind.bits - 1)


def _view(plane: av.video.plane.VideoPlane, sample: np.dtype) -> NDArray:
    rows = np.frombuffer(memoryview(plane), sample).reshape(plane.height, -1)
    return rows[:, : plane.width]


def _levels_of(bits: int, *, is_full: bool) -> tuple[float, float, float, float]:
    """Span and zero of luma, and of chroma."""
    unit = 2 ** (bits - 8)
    if is_full:
        return 2**bits - 1, 0, 2**bits - 1, 128 * unit
    return 219 * unit, 16 * unit, 224 * unit, 128 * unit


def _encode(picture: Floats, kind: ColourFormat) -> Sequence[Floats]:
    red, blue = _WEIGHTS[kind.space]
    luma = picture @ np.array([red, 1 - red - blue, blue])
    span, zero, chroma_span, grey = _levels_of(kind.bits, is_full=kind.is_full)
    cb, cr = (picture[..., 2] - luma) / (2 - 2 * blue), (picture[..., 0] - luma) / (2 - 2 * red)
    return luma * span + zero, cb * chroma_span + grey, cr * chroma_span + grey


def _decode(planes: Sequence[Floats], space: int, *, is_full: bool, bits: int = 8) -> Floats:
    red, blue = _WEIGHTS[space]
    span, zero, chroma_span, grey = _levels_of(bits, is_full=is_full)
    luma = (planes[0] - zero) / span
    rows, columns = (-(-whole // part) for whole, part in zip(luma.shape, planes[1].shape, strict=True))
    cb, cr = (
        ((plane - grey) / chroma_span).repeat(rows, axis=0).repeat(columns, axis=1)[: luma.shape[0], : luma.shape[1]]
        for plane in planes[1:]
    )
    r, b = luma + (2 - 2 * red) * cr, luma + (2 - 2 * blue) * cb
    return np.dstack([r, (luma - red * r - blue * b) / (1 - red - blue), b])


_M1, _M2 = 2610 / 16384, 2523 / 32
_C1, _C2, _C3 = 3424 / 4096, 2413 / 128, 2392 / 128
_A = 0.17883277
_B, _C = 1 - 4 * _A, 0.5 - _A * np.log(4 * _A)
_PEAK, _GAMMA = 1000.0, 1.2
_LUMINANCE = np.array([0.2627, 0.678, 0.0593])


def _decode_pq(signal: Floats) -> Floats:
    power = signal ** (1 / _M2)
    return np.asarray(10_000 * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1))


def _encode_pq(light: Floats) -> Floats:
    power = (light / 10_000) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2)


def _decode_hlg(signal: Floats) -> Floats:
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - _C) / _A) + _B) / 12)
    return scene * (scene @ _LUMINANCE)[..., None] ** (_GAMMA - 1) * _PEAK


def _encode_hlg(light: Floats) -> Floats:
    display = light / _PEAK
    scene = display * (display @ _LUMINANCE)[..., None] ** (1 / _GAMMA - 1)
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), _A * np.log(np.maximum(12 * scene - _B, 1e-9)) + _C)
