"""Failures on order: which method, which chat, after how many good ones, how often."""

from dataclasses import dataclass

from fakes.telegram_api.errors import ApiError


class ConnectionDropped(ConnectionError):
    """The request was carried out, but its answer never arrives."""


@dataclass
class Fault:
    """What happens to a call: `answer` instead of doing anything, or the work and then a dropped connection.

    A fault that holds a call does nothing else to it.
    """

    method: str
    answer: ApiError | None
    chat: int | None
    times: int
    skip: int
    held: bool | None = None  # True until it is let go, then False; None for a fault that holds nothing

    def meets(self, method: str, chat: int | None) -> bool:
        return self.times > 0 and self.method in {method, "*"} and self.chat in {None, chat}


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, method: str, chat: int | None) -> Fault | None:
        """The fault this call meets, counted down."""
        for fault in self._faults:
            if not fault.meets(method, chat):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            return fault
        return None
