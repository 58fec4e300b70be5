"""Files made to harm by hand: playlists that point elsewhere, one file that is two, and little that becomes much."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from fakes import sample_files
from PIL import Image

from tools.hostile.specimens import Corpus, Specimen
from tools.hostile.traps import CANARIES

NAMES: Final = ("x.mp4", "x.jpg", "x.mkv", "x.ogg", "x.m3u8", "x.ffconcat", "x.mpd", "x.sdp", "x.svg")
POINTERS: Final[tuple[Callable[[Path, str], Path], ...]] = (
    sample_files.write_hls,
    sample_files.write_dash,
    sample_files.write_svg,
)
PREFIXES: Final = (b"", b"\xef\xbb\xbf", b"\n", b"\x00", b"ID3\x04\x00\x00\x00\x00\x00\x00", b"\xff\xd8\xff\xe0")
BIG: Final = (8000, 8000)  # 64 megapixels, the most there may be
SCRIPT: Final = b"<html><script>fetch('http://127.0.0.1/')</script></html>"


def corpus(folder: Path, url: str) -> Corpus:
    """All of them; `url` is where playlists point. Parts are made in `folder`."""
    made = [*_playlists(folder, url), *_polyglots(folder), *_bombs(folder), *_odd(folder)]
    return Corpus("our own", [_kept(name, data) for name, data in made])


def _kept(name: str, data: bytes) -> Specimen:
    return Specimen(name, lambda: data)


def _playlists(folder: Path, url: str) -> Iterator[tuple[str, bytes]]:
    """Each under names of media, and behind bytes that pass for the start of some."""
    part = folder / "part"
    targets = (*CANARIES, f"../{folder.name}/{CANARIES[0]}", str(folder.parent / CANARIES[0]), url, f"concat:{url}")
    texts = [sample_files.write_ffconcat(part, target).read_bytes() for target in targets]
    for to in (url, *CANARIES):
        texts += [make(part, to).read_bytes() for make in POINTERS]
    texts.append(sample_files.write_sdp(part).read_bytes())
    for text in texts:
        yield from ((name, text) for name in NAMES)
        yield from (("x.mp4", prefix + text) for prefix in PREFIXES)


def _polyglots(folder: Path) -> Iterator[tuple[str, bytes]]:
    fronts: dict[str, sample_files.Maker] = {
        "x.jpg": sample_files.write_picture, "x.png": sample_files.write_picture,
        "x.gif": sample_files.write_animated_picture, "x.mp4": sample_files.write_film,
        "x.mp3": sample_files.write_song_with_cover,
    }  # fmt: skip
    for name, make in fronts.items():
        front = make(folder / name)
        yield name, sample_files.write_zip_polyglot(folder / f"zip-{name}", front).read_bytes()
        yield name, front.read_bytes() + SCRIPT
        yield name, SCRIPT + front.read_bytes()
    yield "x.jpg", sample_files.write_disguised_zip(folder / "z.jpg").read_bytes()


def _bombs(folder: Path) -> Iterator[tuple[str, bytes]]:
    makers: dict[str, sample_files.Maker] = {
        "bomb.png": sample_files.write_png_bomb,
        "bomb.mp4": sample_files.write_video_bomb,
        "most.mp4": partial(sample_files.write_video_bomb, side=3000, frames=30),
        "disguised.mp4": sample_files.write_disguised_bomb,
        "streams.mkv": sample_files.write_many_streams,
    }
    for name, make in makers.items():
        yield name, make(folder / name).read_bytes()
    yield "text.png", _png(_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000))))
    yield "profile.png", _png(_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(100_000_000))))
    yield "large.bmp", b"BM" + struct.pack("<IHHIIiiHH", 54, 0, 0, 54, 40, 60_000, 60_000, 1, 24) + bytes(24)
    yield "screen.gif", b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x80\0\0" + bytes(6) + b";"
    yield "loop.tiff", b"II*\0" + struct.pack("<IH", 8, 0) + struct.pack("<I", 8)
    yield "scans.jpg", scans()
    yield from _largest()


def _largest() -> Iterator[tuple[str, bytes]]:
    """The most pixels that are taken, in formats that keep them in a few kilobytes."""
    formats: dict[str, dict[str, object]] = {
        "JPEG": {"progressive": True}, "WEBP": {"method": 0}, "PNG": {}, "TIFF": {"compression": "tiff_lzw"}, "GIF": {},
    }  # fmt: skip
    plain = Image.new("RGB", BIG, "teal")
    plain.paste("white", (0, 0, BIG[0] // 2, BIG[1] // 2))  # one flat colour is no picture
    for name, options in formats.items():
        yield f"largest.{name.lower()}", _saved(plain, name, **options)
    samples = np.full(BIG, 40_000, np.uint16)
    samples[: BIG[0] // 2] = 10_000
    deep = Image.fromarray(samples)
    yield "deep.png", _saved(deep, "PNG")
    yield "deep.tiff", _saved(deep, "TIFF", compression="tiff_adobe_deflate")


def scans(count: int = 3000, side: int = 5000) -> bytes:
    """A progressive JPEG whose last scan comes again and again: a little data, and a pass over all pixels for each."""
    plain = _saved(Image.new("L", (side, side), 128), "JPEG", progressive=True)
    start = plain.rindex(b"\xff\xda")
    return plain[:-2] + plain[start:-2] * count + plain[-2:]


def _odd(folder: Path) -> Iterator[tuple[str, bytes]]:
    yield "empty.jpg", b""
    yield "text.mp4", sample_files.write_text_file(folder / "text").read_bytes()
    magic = {
        "jpg": b"\xff\xd8\xff\xe0", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF\xff\xff\xff\xffWEBP",
        "gif": b"GIF89a", "mp4": b"\0\0\0\x18ftypmp42", "mkv": b"\x1a\x45\xdf\xa3", "ogg": b"OggS",
        "flac": b"fLaC", "mp3": b"\xff\xfb\x90",
        "avi": b"RIFF\xff\xff\xff\xffAVI LIST", "wav": b"RIFF\xff\xff\xff\xffWAVEfmt ", "ts": b"G" + bytes(187),
    }  # fmt: skip
    for name, head in magic.items():
        yield f"head.{name}", head
        yield f"zeros.{name}", head + bytes(100_000)
        yield f"ones.{name}", head + b"\xff" * 100_000
        yield f"again.{name}", head * 5000


def _png(extra: bytes) -> bytes:
    """A picture of 64x64 pixels with one more chunk after its header."""
    plain = _saved(Image.new("RGB", (64, 64), "teal"), "PNG")
    return plain[:33] + extra + plain[33:]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))


def _saved(image: Image.Image, name: str, **options: object) -> bytes:
    held = io.BytesIO()
    image.save(held, name, **options)
    return held.getvalue()
