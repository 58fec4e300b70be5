"""Generated films whose containers are unusual and valid: their streams, times, sizes and fields."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from fakes import sample_files
from fakes.sample_files import RATE, Size

FRAME_RATE = 25


@dataclass(frozen=True)
class Track:
    """One stream of a film: the first of `kind` ("video" or "audio") of a file, moved by `shift` seconds.

    What is moved before 0 is hidden by an edit list, where the container has one.
    """

    source: Path
    kind: str
    is_default: bool = False
    shift: float = 0
    is_comment: bool = False

    @property
    def disposition(self) -> av.stream.Disposition:
        flags = av.stream.Disposition
        return (flags.default if self.is_default else flags(0)) | (flags.comment if self.is_comment else flags(0))


def write_tracks(path: Path, *tracks: Track, extra: Callable[[OutputContainer], None] | None = None) -> Path:
    """A film of streams copied from other files; `extra` may add attachments."""
    with ExitStack() as stack, av.open(str(path), "w") as target:
        packets: list[tuple[Fraction, av.Packet]] = []
        for track in tracks:
            container = stack.enter_context(av.open(str(track.source)))
            source = getattr(container.streams, track.kind)[0]
            copy = target.add_stream_from_template(source)
            copy.disposition = track.disposition
            packets += _copy_packets(container.demux(source), copy, track.shift)
        if extra:
            extra(target)
        for _, packet in sorted(packets, key=lambda pair: pair[0]):
            target.mux(packet)
    return path


def _copy_packets(
    packets: Iterable[av.Packet], stream: av.stream.Stream, shift: float
) -> Iterator[tuple[Fraction, av.Packet]]:
    for packet in packets:
        if packet.dts is not None and packet.pts is not None:
            ticks = round(Fraction(shift) / packet.time_base)
            packet.pts, packet.dts, packet.stream = packet.pts + ticks, packet.dts + ticks, stream
            yield packet.dts * packet.time_base, packet


def write_tone(
    path: Path, hertz: float, *, seconds: float = 2, codec: str = "aac", gains: Sequence[float] = (1,)
) -> Path:
    """A tone in as many channels as there are gains."""
    layout = {1: "mono", 2: "stereo"}[len(gains)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout=layout)
        wave = np.sin(np.arange(round(seconds * RATE)) * (2 * np.pi * hertz / RATE)) * 8000
        samples = (wave[:, None] * np.array(gains)).astype(np.int16)
        for start in range(0, len(samples), 960):
            frame = av.AudioFrame.from_ndarray(samples[start : start + 960].reshape(1, -1), "s16", layout)
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def attach_fonts(count: int) -> Callable[[OutputContainer], None]:
    """An `extra` of `write_tracks`: attached fonts, as films with styled subtitles have."""

    def attach(container: OutputContainer) -> None:
        for number in range(count):
            container.add_attachment(f"{number}.ttf", "application/x-truetype-font", b"\0\1\0\0" + bytes(200))

    return attach


def write_joined(path: Path, *parts: Path) -> Path:
    """Files one after the other, as `cat` joins transport streams."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def write_pictures(
    path: Path,
    times: Sequence[Fraction],
    *,
    sizes: Sequence[Size] = ((160, 120),),
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    time_base: Fraction = Fraction(1, 1000),
    promised_rate: int = FRAME_RATE,
    bitstream_filters: Sequence[str] = ("null",),
    container_options: dict[str, str] | None = None,
) -> Path:
    """A film of frames at the given seconds, without sound.

    Sizes, and filters of the encoded packets, change in even parts of it; each part is encoded by itself.
    """
    parts = max(len(sizes), len(bitstream_filters))
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=promised_rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *sizes[0], "yuv420p"
        stream.codec_context.time_base = time_base
        for part in range(parts):
            shown = times[len(times) * part // parts : len(times) * (part + 1) // parts]
            packets = _encode_part(shown, sizes[part % len(sizes)], codec, options or {}, time_base)
            bitstream_filter = BitStreamFilterContext(bitstream_filters[part % len(bitstream_filters)], codec_of(codec))
            for packet in [*packets, None]:
                for filtered in bitstream_filter.filter(packet):
                    filtered.stream, filtered.time_base = stream, time_base
                    container.mux(filtered)
    return path


def codec_of(encoder: str) -> str:
    return av.codec.Codec(encoder, "w").canonical_name


def _encode_part(
    times: Sequence[Fraction], size: Size, codec: str, options: dict[str, str], time_base: Fraction
) -> Iterator[av.Packet]:
    context = av.VideoCodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.time_base, context.framerate, context.options = time_base, Fraction(FRAME_RATE), options
    for number, time in enumerate(times):
        frame = av.VideoFrame.from_ndarray(draw_bands(size, number), format="rgb24")
        frame.pts, frame.time_base = round(time / time_base), time_base
        yield from context.encode(frame)
    yield from context.encode(None)


def draw_bands(size: Size, number: int) -> np.ndarray:
    """A picture of its own shape: red at the left, green in a square in the middle, blue at the right."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[:, : size[0] // 4, 0] = 220
    picture[:, -(size[0] // 4) :, 2] = 220
    side = min(size) // 3
    top, left = (size[1] - side) // 2, (size[0] - side) // 2
    picture[top : top + side, left : left + side] = (20, 200 + number % 4, 20)
    return picture


def write_interlaced(path: Path, count: int = 20) -> Path:
    """A bright bar that moves fast to the right, in two fields a frame: combs appear where they are woven together."""
    size = (160, 120)
    options = {"preset": "ultrafast", "x264-params": "interlaced=1:tff=1"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FRAME_RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(count):
            picture = np.full((size[1], size[0], 3), 40, np.uint8)
            for field in range(2):
                left = 4 + (2 * number + field) * 3
                picture[field::2, left : left + 16] = 220
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def steady_times(seconds: float, rate: int = FRAME_RATE) -> list[Fraction]:
    return [Fraction(number, rate) for number in range(round(seconds * rate))]


def write_film_with_sounds(folder: Path, name: str, *sounds: Track, seconds: float = 2) -> Path:
    """A film of steady pictures, and the given sounds in their order."""
    picture = sample_files.write_film(folder / "picture.mp4", seconds=seconds, sound=None)
    return write_tracks(folder / name, Track(picture, "video", is_default=True), *sounds)


def garble_stream(path: Path, index: int) -> None:
    """Overwrite the packets of one stream, as encryption does; the container stays whole."""
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(container.streams[index]) if packet.size]
    for packet in packets:
        start = data.find(packet)
        data[start : start + len(packet)] = bytes(len(packet))
    path.write_bytes(data)


def write_subtitled(path: Path, film: Path, at: float) -> Path:
    """A film with a subtitle of one second at `at` seconds, which may be after its end."""

    with av.open(str(film)) as source, av.open(str(path), "w") as target:
        copies = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        subtitles = target.add_mux_stream("subrip")
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                target.mux(packet)
        subtitle = av.Packet(b"The end.")
        subtitle.stream, subtitle.time_base = subtitles, Fraction(1, 1000)
        subtitle.pts = subtitle.dts = round(at * 1000)
        subtitle.duration = 1000
        target.mux(subtitle)
    return path


def write_noise(path: Path, *, seconds: float, container_options: dict[str, str]) -> Path:
    """A WebM of grain, which takes many bytes."""
    generator = np.random.default_rng(7)
    with av.open(str(path), "w", options=container_options) as container:
        stream = container.add_stream("libvpx", rate=FRAME_RATE, options={"deadline": "realtime", "cpu-used": "8"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 320, 180, "yuv420p", 2_000_000
        for number in range(round(seconds * FRAME_RATE)):
            picture = generator.integers(60, 200, (180, 320, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
