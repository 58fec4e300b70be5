"""Email sender in memory."""

import re
from dataclasses import dataclass, field

from bots.core.delivery.email import Email, EmailNotSent


@dataclass
class Postbag:
    """`bots.core.letters.EmailSender`; while `is_broken`, sending fails."""

    torn: bool = False
    letters: list[Email] = field(default_factory=list)

    def send(self, email: Email) -> None:
        if self.torn:
            raise EmailNotSent("ConnectionRefusedError")
        self.letters.append(email)

    @property
    def code(self) -> str:
        """The code in the last email."""
        found = re.search(r"\b\d{6}\b", self.letters[-1].text)
        assert found is not None
        return found[0]
