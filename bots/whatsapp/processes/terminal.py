"""Terminal output about sessions: pairing codes, and state changes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bots.core.admin.whatsapp_numbers import describe_state, display_name_of
from bots.core.delivery.message_rendering import render_text
from bots.core.delivery.qr_codes import render_qr_text
from bots.locales import translate
from bots.whatsapp.sessions.pairing import format_pairing_code
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState
from storage.messaging.whatsapp import NamedWhatsAppSession

SILENT_STATES = frozenset({WhatsAppState.NEW, WhatsAppState.QR})  # implied by the code shown, or by its absence


@dataclass(slots=True)
class TerminalReporter:
    """Prints each change once. Codes are shown only for pairings requested in the terminal, not in a chat."""

    echo: Callable[[str], None]
    language: str
    _last_shown: dict[UUID, tuple[str, ...]] = field(default_factory=dict)

    def show_changes(self, sessions: Sequence[NamedWhatsAppSession]) -> None:
        for each in sessions:
            for text in self._describe_changes(each):
                self.echo(text)

    def _describe_changes(self, each: NamedWhatsAppSession) -> Iterator[str]:
        row = each.row
        code = (row.qr or row.pair_code or "") if row.asked_by is None else ""
        current, previous = (row.state, row.detail, code), self._last_shown.get(row.id)
        if current == previous:
            return
        self._last_shown[row.id] = current
        if code:
            yield from self._describe_code(row)
        elif (row.state not in SILENT_STATES or row.detail) and current[:2] != (previous or ("", ""))[:2]:
            state = render_text(describe_state(row, each.name), self.language)
            yield f"WhatsApp {display_name_of(row, each.name)}: {state}"

    def _describe_code(self, row: WhatsAppSession) -> Iterator[str]:
        if row.pair_code:
            number, code = row.phone or "", format_pairing_code(row.pair_code)
            yield translate(self.language, "whatsapp-type", {"number": number, "code": code})
        elif row.qr:
            yield render_qr_text(row.qr) + translate(self.language, "whatsapp-scan")
