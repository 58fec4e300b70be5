"""Pictures that real programs write and few read: hidden, faded, cut short, raw, or with more beside their pixels."""

import struct
import zlib
from pathlib import Path

import numpy as np
from fakes.sample_files import Size, draw_picture
from PIL import Image, ImageDraw, TiffImagePlugin

PNG_HEADER_BYTES = 33
BMP_HEADER = struct.Struct("<2sIHHI")
BMP_V5_BYTES = 124


def add_chunks(png: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with further chunks (type, data) after its header."""
    added = b"".join(
        struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data)) for name, data in chunks
    )
    return png[:PNG_HEADER_BYTES] + added + png[PNG_HEADER_BYTES:]


def add_grain(image: Image.Image) -> Image.Image:
    """The picture with a little noise, which no format packs into a few bytes."""
    grain = np.random.default_rng(1).integers(-6, 7, (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 1, 255).astype(np.uint8))


def draw_logo(colour: str, size: Size = (240, 160)) -> Image.Image:
    """A ring with a dot on nothing."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((80, 40, 160, 120), outline=colour, width=10)
    pen.ellipse((110, 70, 130, 90), fill=colour)
    return image


def write_transparent(path: Path) -> Path:
    """`draw_picture` with an alpha channel of zeros only."""
    image = draw_picture().convert("RGBA")
    image.putalpha(0)
    image.save(path, **({"exact": True} if path.suffix == ".webp" else {}))
    return path


def write_v5_bmp(path: Path) -> Path:
    """`draw_picture` as Windows' own programs write it: a mask for alpha, and zeros in it."""
    blue, green, red = np.split(np.asarray(draw_picture())[::-1, :, ::-1], 3, axis=2)
    height, width = blue.shape[:2]
    pixels = np.concatenate([blue, green, red, np.zeros_like(blue)], axis=2).tobytes()
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs"
    info = struct.pack("<IiiHHIIiiII", BMP_V5_BYTES, width, height, 1, 32, 3, len(pixels), 0, 0, 0, 0) + masks
    offset = BMP_HEADER.size + BMP_V5_BYTES
    header = BMP_HEADER.pack(b"BM", offset + len(pixels), 0, 0, offset)
    path.write_bytes(header + info.ljust(BMP_V5_BYTES, b"\0") + pixels)
    return path


def write_fading(path: Path, background: str, frames: int = 6) -> Path:
    """An animation whose first frame is empty and whose last one is `draw_picture`."""
    empty = Image.new("RGB", (240, 160), background)
    steps = [Image.blend(empty, draw_picture(), step / (frames - 1)) for step in range(frames)]
    options = {"lossless": True} if path.suffix == ".webp" else {}
    steps[0].save(path, save_all=True, append_images=steps[1:], duration=100, **options)
    return path


def write_raw_photo(path: Path, preview: Size) -> Path:
    """A DNG: a preview in the first directory; the sensor's samples, in a second one, are left out."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[254] = 1  # a reduced copy
    tags[50706] = b"\1\4\0\0"
    tags.tagtype[50706] = 1
    draw_picture(preview).save(path, "TIFF", tiffinfo=tags)
    return path


def write_sensor_samples(path: Path) -> Path:
    """A DNG without any preview: the first directory holds the samples of the sensor."""
    entries = [
        (254, 4, 1, 0), (256, 4, 1, 64), (257, 4, 1, 64), (258, 3, 1, 16), (259, 3, 1, 1), (262, 3, 1, 32803),
        (273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, 64), (279, 4, 1, 8192), (50706, 1, 4, 0x0401),
    ]  # fmt: skip
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    path.write_bytes((struct.pack("<2sHI", b"II", 42, 8) + directory).ljust(200, b"\0") + bytes(8192))
    return path
