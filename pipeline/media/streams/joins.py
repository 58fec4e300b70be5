"""Demuxing with timestamps that run on: those of joined files start anew in the middle."""

from collections import deque
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import inf
from typing import Any, Final, NamedTuple

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

_MAX_STEP_BACK: Final = Fraction(1, 10)  # seconds that decoding times may run backwards within one recording


class JoinRules(NamedTuple):
    """What one recording of a format may do, in seconds: have no packet at all, and have packets side by side whose
    times differ.
    """

    max_gap: float = inf
    max_skew: float = inf


JOINABLE_FORMATS: Final = {  # by demuxer
    "mpegts": JoinRules(max_gap=10, max_skew=1.5),  # at most 1 second of skew is allowed
    "matroska": JoinRules(),
    "ogg": JoinRules(),
}

_TIMED_TYPES: Final = frozenset({"video", "audio"})  # subtitles may be out of order
_MAX_PLACES: Final = 10_000  # packets whose places are remembered


def read_packets(container: InputContainer, streams: Sequence[Stream]) -> Iterator["Packet[Any]"]:
    """Demux streams; empty packets, which a decoder would take for the end, are left out.

    Where a new recording begins within the file, its timestamps are moved to the end of the one before. That is
    found out from all of `streams`, so ask for the video and the audio wherever their times must agree.
    """
    rules = JOINABLE_FORMATS.get(container.format.name)
    joined = JoinedRecordings(rules) if rules else None
    for packet in container.demux(list(streams)):
        if not packet.size and packet.dts is not None:
            continue
        if joined and packet.stream.type in _TIMED_TYPES:
            joined.shift_packet(packet)
        yield packet


class JoinedRecordings:
    """Recordings of one file, and where on the common time line each begins; times are in seconds.

    Streams do not change from one recording to the next at the same packet, so each is followed on its own; one may be
    missing in a recording.
    """

    def __init__(self, rules: JoinRules) -> None:
        self._rules = rules
        self._shifts = [Fraction(0)]  # by recording
        self._recording_of: dict[int, int] = {}  # by stream index
        self._last_time_of: dict[int, Fraction] = {}  # decoding times before the shift, by stream index
        self._end = Fraction(0)
        self._places: deque[tuple[int, Fraction]] = deque(maxlen=_MAX_PLACES)  # byte and decoding time of packets

    def shift_packet(self, packet: "Packet[Any]") -> None:
        """Move the packet's timestamps to the common time line."""
        if packet.dts is None or not packet.time_base:
            return
        base, start = packet.time_base, packet.dts if packet.pts is None else packet.pts
        shift = self._shifts[self._find_recording(packet, packet.dts * base, start * base)]
        ticks = round(shift / base)
        packet.dts += ticks
        if packet.pts is not None:  # the second field of a frame has none
            packet.pts += ticks
        self._end = max(self._end, (start + ticks + (packet.duration or 0)) * base)
        self._places.append((packet.pos or 0, packet.dts * base))

    def _find_recording(self, packet: "Packet[Any]", time: Fraction, start: Fraction) -> int:
        """The recording that a stream's next packet belongs to: its last one, the latest, or a new one."""
        index, latest = packet.stream.index, len(self._shifts) - 1
        recording = self._recording_of.get(index)
        if recording is None or self._is_jump(time, self._last_time_of[index], recording):
            skew = abs(time + self._shifts[latest] - self._find_time_before(packet.pos or 0, time))
            if recording == latest or skew > self._rules.max_skew:
                self._shifts.append(self._end - start)
            recording = len(self._shifts) - 1
        self._recording_of[index], self._last_time_of[index] = recording, time
        return recording

    def _find_time_before(self, position: int, default: Fraction) -> Fraction:
        """The time of the packet that lies before a position in the file; packets are completed in another order."""
        return max((place for place in self._places if place[0] <= position), default=(0, default))[1]

    def _is_jump(self, time: Fraction, last: Fraction, recording: int) -> bool:
        if time < last - _MAX_STEP_BACK:
            return True
        max_gap, is_latest = self._rules.max_gap, recording == len(self._shifts) - 1
        return time > last + max_gap and (not is_latest or time + self._shifts[recording] > self._end + max_gap)
