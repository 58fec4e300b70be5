"""Pictures of high dynamic range, each the same as `draw_picture` shows at the reference white of ITU-R BT.2408."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from fakes.sample_files import draw_picture
from numpy.typing import NDArray

BT2020, DISPLAY_P3, PQ, HLG, SRGB = 9, 12, 16, 18, 13  # numbers of ITU-T H.273
WHITE, HLG_PEAK = 203.0, 1000.0  # cd/m2
PNG_HEADER_BYTES = 33
TO_BT2020 = np.array([[0.627404, 0.329283, 0.043313], [0.069097, 0.919540, 0.011362], [0.016391, 0.088013, 0.895595]])
TO_DISPLAY_P3 = np.array([[0.822462, 0.177538, 0.0], [0.033194, 0.966806, 0.0], [0.017083, 0.072397, 0.910520]])
BT2020_LUMINANCE = np.array([0.2627, 0.6780, 0.0593])


def encode_hdr(transfer: int, *, brightness: float = 1.0, size: tuple[int, int] = (240, 160)) -> NDArray[np.uint16]:
    """`draw_picture` as samples of 16 bits in BT.2020, `brightness` times as bright."""
    light = decode_srgb(np.asarray(draw_picture(size)) / 255) @ TO_BT2020.T * WHITE * brightness
    signal = encode_pq(light) if transfer == PQ else encode_hlg(light)
    return np.rint(np.clip(signal, 0, 1) * 65535).astype(np.uint16)


def encode_display_p3() -> NDArray[np.uint16]:
    """`draw_picture` as samples of 16 bits in Display P3."""
    light = np.clip(decode_srgb(np.asarray(draw_picture()) / 255) @ TO_DISPLAY_P3.T, 0, 1)
    signal = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(signal * 65535).astype(np.uint16)


def decode_srgb(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def encode_pq(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084 of light in cd/m2."""
    power = np.clip(light / 10_000, 0, 1) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def encode_hlg(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """ARIB STD-B67 of light in cd/m2 on a display of 1,000 cd/m2."""
    display = light / HLG_PEAK
    luminance = np.maximum(display @ BT2020_LUMINANCE, 1e-9)[..., None]
    scene = np.clip(display * luminance ** (1 / 1.2 - 1), 0, 1)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)


def write_cicp_png(path: Path, samples: NDArray[np.uint16], primaries: int, transfer: int) -> Path:
    """A PNG of 16 bits with the chunk cICP."""
    whole, png = cv2.imencode(".png", samples[..., ::-1])
    assert whole
    body = b"cICP" + bytes((primaries, transfer, 0, 1))
    chunk = struct.pack("!I", 4) + body + struct.pack("!I", zlib.crc32(body))
    path.write_bytes(png[:PNG_HEADER_BYTES].tobytes() + chunk + png[PNG_HEADER_BYTES:].tobytes())
    return path


def write_heic(path: Path, samples: NDArray[np.uint16], primaries: int, transfer: int) -> Path:
    """A HEIC of 10 bits."""
    height, width = samples.shape[:2]
    image = pillow_heif.from_bytes("RGB;16", (width, height), samples.tobytes())
    colours = {"color_primaries": primaries, "transfer_characteristics": transfer, "matrix_coefficients": 9}
    image.save(path, quality=95, chroma=444, full_range_flag=1, save_nclx_profile=True, **colours)
    return path


def write_avif(path: Path, samples: NDArray[np.uint16], primaries: int, transfer: int) -> Path:
    """An AVIF of 10 bits; OpenCV writes one of sRGB, of which the box `colr` is changed."""
    options = [cv2.IMWRITE_AVIF_DEPTH, 10, cv2.IMWRITE_AVIF_QUALITY, 95, cv2.IMWRITE_AVIF_SPEED, 9]
    whole, encoded = cv2.imencode(".avif", samples[..., ::-1] >> 6, options)
    assert whole
    data = bytearray(encoded.tobytes())
    offset = data.index(b"colrnclx") + 8
    data[offset : offset + 4] = struct.pack("!HH", primaries, transfer)
    path.write_bytes(data)
    return path
