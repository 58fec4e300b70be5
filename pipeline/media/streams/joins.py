"""Demuxing with timestamps that run on: transport streams that were joined start anew in the middle."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

_JOINABLE_FORMATS: Final = frozenset({"mpegts"})
_MAX_STEP_BACK: Final = Fraction(1, 10)  # seconds that decoding times may run backwards within one recording
_MAX_GAP: Final = 10  # seconds without any packet within one recording


def read_packets(container: InputContainer, streams: Sequence[Stream]) -> Iterator["Packet[Any]"]:
    """Demux streams; empty packets, which a decoder would take for the end, are left out.

    Where a new recording begins in a transport stream, its timestamps are moved to the end of the one before. That is
    found out from all of `streams`, so ask for the video and the audio wherever their times must agree.
    """
    joined = JoinedRecordings() if container.format.name in _JOINABLE_FORMATS else None
    for packet in container.demux(list(streams)):
        if not packet.size and packet.dts is not None:
            continue
        if joined:
            joined.shift_packet(packet)
        yield packet


class JoinedRecordings:
    """Recordings of one transport stream, and where on the common time line each begins; times are in seconds.

    Streams do not change from one recording to the next at the same packet, so each is followed on its own.
    """

    def __init__(self) -> None:
        self._shifts = [Fraction(0)]  # by recording
        self._recording_of: dict[int, int] = {}  # by stream index
        self._last_time_of: dict[int, Fraction] = {}  # decoding times before the shift, by stream index
        self._end = Fraction(0)

    def shift_packet(self, packet: "Packet[Any]") -> None:
        """Move the packet's timestamps to the common time line."""
        if packet.dts is None or not packet.time_base:
            return
        base, start = packet.time_base, packet.dts if packet.pts is None else packet.pts
        recording = self._find_recording(packet.stream.index, packet.dts * base, start * base)
        ticks = round(self._shifts[recording] / base)
        packet.dts += ticks
        if packet.pts is not None:  # the second field of a frame has none
            packet.pts += ticks
        self._end = max(self._end, (start + ticks + (packet.duration or 0)) * base)

    def _find_recording(self, index: int, time: Fraction, start: Fraction) -> int:
        recording = self._recording_of.get(index, len(self._shifts) - 1)
        last = self._last_time_of.get(index)
        if last is not None and self._is_new_recording(time, last, recording):
            recording += 1
            if recording == len(self._shifts):
                self._shifts.append(self._end - start)
        self._recording_of[index], self._last_time_of[index] = recording, time
        return recording

    def _is_new_recording(self, time: Fraction, last: Fraction, recording: int) -> bool:
        if time < last - _MAX_STEP_BACK:
            return True
        is_latest = recording == len(self._shifts) - 1
        return time > last + _MAX_GAP and (not is_latest or time + self._shifts[recording] > self._end + _MAX_GAP)
