"""Quote of a user's message, as shown above a reply; serialized to a text that the outbox stores as a message id."""

from dataclasses import dataclass
from typing import Self

MAX_QUOTED_CHARACTERS = 80  # characters of the quoted text: apps show about two lines


@dataclass(frozen=True, slots=True)
class MessageQuote:
    """`sender_jid` is the sender of the quoted message, `kind` the field of WhatsApp's message that held it."""

    id: str
    sender_jid: str
    kind: str = "conversation"
    text: str = ""

    def __str__(self) -> str:
        return f"{self.id} {self.sender_jid} {self.kind} {self.text[:MAX_QUOTED_CHARACTERS]}"

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """The quote from its text form; None for no text, and for a text that is not a quote."""
        match (text or "").split(" ", 3):
            case [name, writer, kind, words] if name and "@" in writer:
                return cls(name, writer, kind, words)
        return None
