"""Email sender in memory."""

import re
from dataclasses import dataclass, field

from bots.core.delivery.email import Email, EmailNotSent


@dataclass
class MemoryEmailSender:
    """`bots.core.letters.EmailSender`; while `is_broken`, sending fails."""

    is_broken: bool = False
    emails: list[Email] = field(default_factory=list)

    def send(self, email: Email) -> None:
        if self.is_broken:
            raise EmailNotSent("ConnectionRefusedError")
        self.emails.append(email)

    @property
    def last_code(self) -> str:
        """The code in the last email."""
        found = re.search(r"\b\d{6}\b", self.emails[-1].text)
        assert found is not None
        return found[0]
