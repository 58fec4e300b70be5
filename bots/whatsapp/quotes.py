"""A message somebody sent, as much of it as an answer shows above itself; kept as a text where the outbox keeps ids."""

from dataclasses import dataclass
from typing import Self

LONGEST = 80  # characters of the quoted text: apps show about two lines


@dataclass(frozen=True, slots=True)
class Quote:
    """`writer` is the JID of who wrote it, `kind` the field of WhatsApp's message it came in."""

    id: str
    writer: str
    kind: str = "conversation"
    text: str = ""

    def __str__(self) -> str:
        return f"{self.id} {self.writer} {self.kind} {self.text[:LONGEST]}"

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """The quote that was written that way; None for none, and for what is no quote."""
        match (text or "").split(" ", 3):
            case [name, writer, kind, words] if name and "@" in writer:
                return cls(name, writer, kind, words)
        return None
