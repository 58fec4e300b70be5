"""Decoding of a video stream to whole pictures with presentation times."""

from collections.abc import Iterator

from av import Packet, VideoFrame
from av.video.stream import VideoStream

from pipeline.media.demux import PACKET_ERRORS
from pipeline.media.streams.deinterlacing import Deinterlacer
from pipeline.media.streams.frame_times import DecodingClock, has_presentation_times


class VideoDecoder:
    """Decodes the packets of one video stream, the empty one at its end included; damaged packets are skipped."""

    def __init__(self, stream: VideoStream) -> None:
        stream.thread_type = "NONE"  # decoding is a tenth of the work; its threads would only cost memory
        self._clock = None if has_presentation_times(stream) else DecodingClock()
        self._deinterlacer = Deinterlacer()

    def decode(self, packet: "Packet[VideoStream]") -> Iterator[VideoFrame]:
        """Yield the frames that are complete with this packet, in order of presentation."""
        if self._clock:
            self._clock.add_packet(packet)
        for frame in _decode_packet(packet):
            if self._clock:
                self._clock.set_time(frame)
            yield from self._deinterlacer.filter_frame(frame)
        if not packet.size:
            yield from self._deinterlacer.flush()


def _decode_packet(packet: "Packet[VideoStream]") -> Iterator[VideoFrame]:
    try:
        yield from packet.decode()
    except PACKET_ERRORS:
        return
