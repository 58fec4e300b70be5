"""Fault injection: by call, kind and phone number, after how many successes, how often."""

from dataclasses import dataclass


@dataclass
class WhatsAppFault:
    """The failure of a call: an `error` instead of its execution, or after it; or it blocks until released.

    `kind` is that of the sent message ("text", "video", "edit", "reaction", ...), `phone` the number; None is any.
    """

    call: str
    error: str | None
    kind: str | None = None
    phone: str | None = None
    times: int = 1
    skip: int = 0
    after: bool = False
    held: bool = False

    def is_match(self, call: str, kind: str, phone: str) -> bool:
        return self.times > 0 and self.call == call and self.kind in {None, kind} and self.phone in {None, phone}


class WhatsAppFaults:
    def __init__(self) -> None:
        self._faults: list[WhatsAppFault] = []

    def add(self, fault: WhatsAppFault) -> WhatsAppFault:
        self._faults.append(fault)
        return fault

    def take(self, call: str, kind: str, phone: str) -> WhatsAppFault | None:
        """The fault for this call, counted down."""
        for fault in self._faults:
            if not fault.is_match(call, kind, phone):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            return fault
        return None
