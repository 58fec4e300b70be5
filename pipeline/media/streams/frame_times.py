"""Presentation times of frames in files that store decoding times only."""

from fractions import Fraction
from typing import Any, Final, NamedTuple

from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

_NO_TAG: Final = "\0\0\0\0"


def has_presentation_times(stream: VideoStream) -> bool:
    """Whether the container stores them: AVI does not, nor does Matroska for codecs in their AVI form.

    FFmpeg then derives a packet's presentation time from its decoding time, which is wrong where frames are reordered.
    """
    format_name = stream.container.format.name
    return format_name != "avi" and not ("matroska" in format_name and stream.codec_tag != _NO_TAG)


class FrameTimes(NamedTuple):
    """Times of the frames of a film's source in order, and its end; seconds from the start of the media."""

    times: tuple[Fraction, ...]
    end: Fraction


class DecodingClock:
    """Gives frames, which decoders return in order of presentation, the decoding times of the packets in their order.

    A frame has the decoding time of the packet that completed it, and is shown as long before that as the first frame
    was. The last frames, which come without a packet, follow at the last distance of two packets.
    """

    def __init__(self) -> None:
        self._first_packet: int | None = None
        self._last_packet = 0
        self._step = 1
        self._delay: int | None = None
        self._last_frame: int | None = None

    def add_packet(self, packet: "Packet[Any]") -> None:
        if packet.dts is None:
            return
        if self._first_packet is None:
            self._first_packet = packet.dts
        elif packet.dts > self._last_packet:
            self._step = packet.dts - self._last_packet
        self._last_packet = packet.dts

    def set_time(self, frame: VideoFrame) -> None:
        """Set the frame's presentation time."""
        earliest = self._first_packet or 0 if self._last_frame is None else self._last_frame + 1
        if frame.dts is None:
            time = earliest if self._last_frame is None else self._last_frame + self._step
        else:
            self._delay = frame.dts - (self._first_packet or 0) if self._delay is None else self._delay
            time = frame.dts - self._delay
        frame.pts = self._last_frame = max(earliest, time)
