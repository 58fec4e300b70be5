"""What the terminal shows of numbers: codes to be scanned, and how each fares."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bots.core.numbers import called, standing
from bots.core.phrases import phrase
from bots.core.pictures import qr_lines
from bots.locales import say
from bots.whatsapp.pairing import dressed
from models.whatsapp import State, WhatsAppSession
from storage.whatsapp import Listed

QUIET = frozenset({State.NEW, State.QR})  # told by the code, or by its absence


@dataclass(slots=True)
class Announcer:
    """Says each thing once. Codes are shown for numbers that were asked for here, not in a chat."""

    echo: Callable[[str], None]
    language: str
    _said: dict[UUID, tuple[str, ...]] = field(default_factory=dict)

    def tell(self, listed: Sequence[Listed]) -> None:
        for each in listed:
            for text in self._news(each):
                self.echo(text)

    def _news(self, each: Listed) -> Iterator[str]:
        row = each.row
        code = (row.qr or row.pair_code or "") if row.asked_by is None else ""
        now, before = (row.state, row.detail, code), self._said.get(row.id)
        if now == before:
            return
        self._said[row.id] = now
        if code:
            yield from self._code(row)
        elif (row.state not in QUIET or row.detail) and now[:2] != (before or ("", ""))[:2]:
            yield f"WhatsApp {called(row, each.name)}: {phrase(standing(row, each.name), self.language)}"

    def _code(self, row: WhatsAppSession) -> Iterator[str]:
        if row.pair_code:
            number, code = row.phone or "", dressed(row.pair_code)
            yield say(self.language, "whatsapp-type", {"number": number, "code": code})
        elif row.qr:
            yield qr_lines(row.qr) + say(self.language, "whatsapp-scan")
