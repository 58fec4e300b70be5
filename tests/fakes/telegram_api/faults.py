"""Fault injection: by method and chat, after how many successes, how often."""

from dataclasses import dataclass

from fakes.telegram_api.errors import TelegramApiError


class ConnectionDropped(ConnectionError):
    """The request was executed, but its response is lost."""


@dataclass
class TelegramFault:
    """The failure of a call: the error `answer` without execution, or execution and then a dropped connection.

    A fault that holds a call only delays it.
    """

    method: str
    answer: TelegramApiError | None
    chat: int | None
    times: int
    skip: int
    held: bool | None = None  # True until released, then False; None for a fault that holds nothing

    def is_match(self, method: str, chat: int | None) -> bool:
        return self.times > 0 and self.method in {method, "*"} and self.chat in {None, chat}


class TelegramFaults:
    def __init__(self) -> None:
        self._faults: list[TelegramFault] = []

    def add(self, fault: TelegramFault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, method: str, chat: int | None) -> TelegramFault | None:
        """The fault for this call, counted down."""
        for fault in self._faults:
            if not fault.is_match(method, chat):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            return fault
        return None
