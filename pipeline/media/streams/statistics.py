"""Statistics of a stream, counted from its packets: headers promise what is not there."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from av.packet import Packet

_MAX_INTERVAL: Final = Fraction(1)  # seconds that a last frame without a duration is shown


@dataclass(slots=True)
class StreamStats:
    """Times (seconds), packets and bytes of one stream, collected while demuxing.

    Packets that an edit list hides are decoded and never shown: they count as work, and not as time.
    """

    first_time: Fraction | None = None
    last_time: Fraction = Fraction(0)  # start of the last packet in order of presentation
    end_time: Fraction = Fraction(0)
    packet_count: int = 0
    shown_count: int = 0
    byte_count: int = 0
    is_decoded: bool = False

    def add_packet(self, packet: "Packet[Any]") -> None:
        self.packet_count += 1
        if packet.is_discard:
            return
        self.shown_count += 1
        self.byte_count += packet.size
        base = packet.time_base or Fraction(1)
        duration = (packet.duration or 0) * base
        timestamp = packet.pts if packet.pts is not None else packet.dts
        start = self.end_time if timestamp is None else timestamp * base
        if timestamp is not None:
            self.first_time = start if self.first_time is None else min(self.first_time, start)
            self.last_time = max(self.last_time, start)
        self.end_time = max(self.end_time, start + duration)

    @property
    def seconds(self) -> Fraction:
        return self.end_time - (self.first_time or 0)

    @property
    def last_frame_end(self) -> Fraction:
        """End of a video's last frame: where its packet has no duration, or one of a tick, that of the others."""
        interval = min(1 / self.frame_rate, _MAX_INTERVAL) if self.frame_rate else Fraction(0)
        return max(self.end_time, self.last_time + interval)

    @property
    def frame_rate(self) -> Fraction | None:
        """Packets shown per second, by the times of the first and the last; None if there are no two."""
        span = self.last_time - (self.first_time or 0)
        return (self.shown_count - 1) / span if self.shown_count > 1 and span > 0 else None
