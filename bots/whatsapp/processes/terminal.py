"""Terminal output about sessions: pairing codes, and state changes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bots.core.admin.whatsapp_numbers import describe_state, display_name_of
from bots.core.delivery.message_rendering import render_text
from bots.core.delivery.qr_codes import render_qr_text
from bots.locales import translate
from bots.whatsapp.sessions.pairing import dressed
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState
from storage.messaging.whatsapp import NamedWhatsAppSession

QUIET = frozenset({WhatsAppState.NEW, WhatsAppState.QR})  # implied by the code shown, or by its absence


@dataclass(slots=True)
class Announcer:
    """Prints each change once. Codes are shown only for pairings requested in the terminal, not in a chat."""

    echo: Callable[[str], None]
    language: str
    _said: dict[UUID, tuple[str, ...]] = field(default_factory=dict)

    def tell(self, listed: Sequence[NamedWhatsAppSession]) -> None:
        for each in listed:
            for text in self._news(each):
                self.echo(text)

    def _news(self, each: NamedWhatsAppSession) -> Iterator[str]:
        row = each.row
        code = (row.qr or row.pair_code or "") if row.asked_by is None else ""
        now, before = (row.state, row.detail, code), self._said.get(row.id)
        if now == before:
            return
        self._said[row.id] = now
        if code:
            yield from self._code(row)
        elif (row.state not in QUIET or row.detail) and now[:2] != (before or ("", ""))[:2]:
            state = render_text(describe_state(row, each.name), self.language)
            yield f"WhatsApp {display_name_of(row, each.name)}: {state}"

    def _code(self, row: WhatsAppSession) -> Iterator[str]:
        if row.pair_code:
            number, code = row.phone or "", dressed(row.pair_code)
            yield translate(self.language, "whatsapp-type", {"number": number, "code": code})
        elif row.qr:
            yield render_qr_text(row.qr) + translate(self.language, "whatsapp-scan")
