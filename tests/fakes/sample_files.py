"""Generated media files, valid and hostile. Each writer returns the path it wrote."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image, ImageCms, ImageDraw

RATE = 48_000  # samples a second
Size = tuple[int, int]  # width, height
FASTEST_OPTIONS: dict[str, dict[str, object]] = {
    "libx264": {"preset": "ultrafast"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}
Maker = Callable[[Path], Path]


# moving pictures


def render_scene(size: Size, progress: float) -> npt.NDArray[np.uint8]:
    """A colour gradient with a bright square moving across it; `progress` between 0 and 1."""
    width, height = size
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    picture = np.stack([200 * x, 200 * y, 200 * (1 - x * y)], axis=-1).astype(np.uint8)
    side = max(2, min(width, height) // 4)
    left, top = int(progress * (width - side)), (height - side) // 2
    picture[top : top + side, left : left + side] = 255
    return picture


def synthesize_speech(seconds: float) -> npt.NDArray[np.int16]:
    """Speech-like sound: a buzz of harmonics in four syllables a second, with a pause every second."""
    t = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 4 * t), 0, None) * (t % 1.0 < 0.8)
    return np.asarray(buzz * syllables * 6000, dtype=np.int16)


def write_film(
    path: Path,
    *,
    seconds: float = 1.0,
    fps: int = 25,
    size: Size = (160, 90),
    codec: str = "libx264",
    sound: str | None = "aac",
    rotation: int = 0,
    sar: Fraction | None = None,
    drop: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """A film; its container by the path's suffix. `rotation`: degrees counter-clockwise in the display matrix.

    `drop`: leave out every frame whose number is a multiple of it, which makes the frame rate vary.
    """
    with av.open(str(path), "w", options=options or {}) as container:
        video = _add_video_stream(container, codec, fps, size)
        video.options = FASTEST_OPTIONS.get(codec, {})
        if sar:
            video.codec_context.sample_aspect_ratio = sar
        if rotation:
            video.set_display_rotation(rotation)
        audio = _add_audio_stream(container, sound) if sound else None
        count = round(seconds * fps)
        for number in range(count):
            if drop and number and number % drop == 0:
                continue
            frame = av.VideoFrame.from_ndarray(render_scene(size, number / max(1, count - 1)), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio:
            _write_speech(container, audio, seconds)
    return path


def _add_video_stream(
    container: av.container.OutputContainer, codec: str, fps: int, size: Size, pixel_format: str = "yuv420p"
) -> av.VideoStream:
    stream = container.add_stream(codec, rate=fps)
    assert isinstance(stream, av.VideoStream)
    stream.width, stream.height, stream.pix_fmt = *size, pixel_format
    return stream


def _add_audio_stream(container: av.container.OutputContainer, codec: str) -> av.AudioStream:
    stream = container.add_stream(codec, rate=RATE, layout="mono")
    assert isinstance(stream, av.AudioStream)
    return stream


def _write_speech(container: av.container.OutputContainer, audio: av.AudioStream, seconds: float) -> None:
    for frame in _iterate_speech_frames(seconds):
        container.mux(audio.encode(frame))
    container.mux(audio.encode(None))


def _iterate_speech_frames(seconds: float) -> Iterator[av.AudioFrame]:
    samples = synthesize_speech(seconds)
    for start in range(0, len(samples), 1024):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        yield frame


def write_rotated_film(path: Path, degrees: int = 90) -> Path:
    """A film held sideways: 160x90 in the file, turned by its display matrix."""
    return write_film(path, rotation=degrees)


def write_variable_rate_film(path: Path) -> Path:
    """A film of a varying frame rate: every third frame is missing."""
    return write_film(path, drop=3)


def write_silent_film(path: Path) -> Path:
    """A film without sound, as Telegram's animations are."""
    return write_film(path, sound=None)


def write_webm(path: Path) -> Path:
    return write_film(path, codec="libvpx-vp9", sound="libopus")


def write_recording(path: Path, *, seconds: float = 1.0, codec: str = "aac") -> Path:
    """Sound alone; its container by the path's suffix."""
    with av.open(str(path), "w") as container:
        _write_speech(container, _add_audio_stream(container, codec), seconds)
    return path


def write_song_with_cover(path: Path) -> Path:
    """An .mp3 song whose cover is a video stream of one still picture, marked as such."""
    plain = write_recording(path.with_name(f"plain-{path.name}"), codec="mp3")
    with av.open(str(plain)) as source, av.open(str(path), "w") as target:
        copy = target.add_stream_from_template(source.streams.audio[0])
        cover = _add_video_stream(target, "png", 1, (64, 64), "rgb24")
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(render_scene((64, 64), 0), format="rgb24")
        frame.pts = 0
        target.mux([*cover.encode(frame), *cover.encode(None)])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    plain.unlink()
    return path


# pictures


def draw_picture(size: Size = (240, 160)) -> Image.Image:
    """A picture with lines and areas: a house on a colour gradient."""
    width, height = size
    image = Image.fromarray(render_scene(size, 0.8))
    pen = ImageDraw.Draw(image)
    left, right, floor, eaves = width * 0.2, width * 0.6, height * 0.9, height * 0.5
    pen.rectangle((left, eaves, right, floor), fill=(240, 220, 180), outline="black", width=2)
    pen.polygon(
        [(left, eaves), (right, eaves), ((left + right) / 2, height * 0.2)], fill=(180, 60, 40), outline="black"
    )
    return image


def write_picture(path: Path, *, size: Size = (240, 160), mode: str = "RGB", **options: object) -> Path:
    """A picture in the format of the path's suffix (.jpg .png .webp .gif .bmp .tiff .avif .heic), in a Pillow mode."""
    pillow_heif.register_heif_opener()
    draw_picture(size).convert(mode).save(path, **options)  # type: ignore[arg-type]
    return path


def write_blank_picture(path: Path, size: Size) -> Path:
    """A white picture of any size, one bit a pixel."""
    Image.new("1", size, 1).save(path)
    return path


def write_oriented_jpeg(path: Path, orientation: int) -> Path:
    """A JPEG that asks, in its EXIF, to be turned: `drawing()` is what a viewer shows."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    image = draw_picture()
    exif = image.getexif()
    exif[0x0112] = orientation
    stored = image.transpose(undo[orientation]) if orientation in undo else image
    stored.save(path, exif=exif, quality=95)
    return path


def write_transparent_picture(path: Path) -> Path:
    """A picture with alpha: a red disc in the middle, nothing around it (black, where alpha is ignored)."""
    image = Image.new("RGBA", (120, 80), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((40, 20, 80, 60), fill=(220, 0, 0, 255))
    image.save(path)
    return path


def write_16_bit_grey(path: Path, orientation: int = 1) -> Path:
    """128x64 pixels of 16 bits of grey, from black at the left to white at the right."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.tile(np.linspace(0, 65535, 128).astype(np.uint16), (64, 1))).save(path, exif=exif)
    return path


def write_animated_picture(path: Path, frames: int = 4) -> Path:
    """An animated .gif, .webp or .png, whose first frame is `drawing((96, 64))`."""
    size = (96, 64)
    rest = [Image.fromarray(render_scene(size, n / frames)) for n in range(1, frames)]
    draw_picture(size).save(path, save_all=True, append_images=rest, duration=100, loop=0)
    return path


def write_swapped_colour_profile(path: Path) -> Path:
    """A pure red picture whose colour profile says that its red is blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = profile.replace(b"rXYZ", b"xXYZ").replace(b"bXYZ", b"rXYZ").replace(b"xXYZ", b"bXYZ")
    Image.new("RGB", (32, 32), (255, 0, 0)).save(path, icc_profile=exchanged)
    return path


# hostile and broken files, which must be rejected with an error code


def write_empty_file(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def write_text_file(path: Path) -> Path:
    path.write_text("This is not a film, whatever its name says.\n" * 50)
    return path


def write_ffconcat(path: Path, neighbour: str = "neighbour.mp4") -> Path:
    """A playlist that makes FFmpeg, opened freely, play another file of the same folder."""
    path.write_text(f"ffconcat version 1.0\nfile {neighbour}\n")
    return path


def write_hls(path: Path, url: str = "http://127.0.0.1:9/segment.ts") -> Path:
    path.write_text(f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{url}\n#EXT-X-ENDLIST\n")
    return path


def write_dash(path: Path, url: str = "http://127.0.0.1:9/init.mp4") -> Path:
    path.write_text(
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT4S">'
        f"<Period><AdaptationSet><Representation id='1'><BaseURL>{url}</BaseURL></Representation></AdaptationSet>"
        "</Period></MPD>"
    )
    return path


def write_sdp(path: Path) -> Path:
    path.write_text("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n")
    return path


def write_svg(path: Path, url: str = "http://127.0.0.1:9/x.png") -> Path:
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="99" height="99">'
        f'<image xlink:href="{url}" width="99" height="99"/></svg>'
    )
    return path


def write_png_bomb(path: Path, side: int = 20_000) -> Path:
    """A valid PNG of side x side pixels in a few dozen kilobytes: one bit a pixel, all the same."""

    def build_chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    packer = zlib.compressobj(1)
    row = bytes(1 + (side + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack("!IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + build_chunk(b"IHDR", header) + build_chunk(b"IDAT", rows) + build_chunk(b"IEND", b"")
    )
    return path


def write_video_bomb(path: Path, side: int = 4096, frames: int = 1) -> Path:
    """A small file that decodes to frames of side x side pixels."""
    with av.open(str(path), "w") as container:
        video = _add_video_stream(container, "mpeg4", 25, (side, side))
        frame = av.VideoFrame(side, side, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        for number in range(frames):
            frame.pts = number
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return path


def write_disguised_bomb(path: Path) -> Path:
    """A film whose container claims 64x64 pixels while its frames are 4096x4096."""
    data = bytearray(write_video_bomb(path).read_bytes())
    offset = data.index(struct.pack("!HH", 4096, 4096), data.index(b"mp4v"))
    data[offset : offset + 4] = struct.pack("!HH", 64, 64)
    path.write_bytes(data)
    return path


def write_truncated(path: Path, source: Path, fraction: float = 0.5) -> Path:
    """The first part of a file."""
    data = source.read_bytes()
    path.write_bytes(data[: int(len(data) * fraction)])
    return path


def write_zip_polyglot(path: Path, front: Path) -> Path:
    """A polyglot: media in front, an archive behind, each valid to its own reader."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("../escape.txt", "outside")
    path.write_bytes(front.read_bytes() + archive.getvalue())
    return path


def write_disguised_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("readme.txt", "only an archive")
    return path


def write_many_streams(path: Path, count: int = 9) -> Path:
    """A Matroska film of more streams than any camera makes."""
    with av.open(str(path), "w") as container:
        streams = [_add_video_stream(container, "mpeg4", 25, (32, 32)) for _ in range(count)]
        for stream in streams:
            frame = av.VideoFrame.from_ndarray(render_scene((32, 32), 0), format="rgb24")
            frame.pts = 0
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return path


def mutate_bytes(data: bytes, rng: random.Random) -> bytes:
    """A file's bytes with one random mutation."""
    damaged = bytearray(data)
    offset = rng.randrange(len(damaged))
    match rng.randrange(5):
        case 0:
            del damaged[offset:]
        case 1:
            for position in rng.choices(range(len(damaged)), k=20):
                damaged[position] ^= 1 << rng.randrange(8)
        case 2:
            damaged[offset : offset + 64] = rng.randbytes(64)
        case 3:
            position = rng.randrange(min(200, len(damaged)))
            damaged[position : position + 4] = b"\xff\xff\xff\xff"
        case _:
            damaged += rng.randbytes(200)
    return bytes(damaged)
