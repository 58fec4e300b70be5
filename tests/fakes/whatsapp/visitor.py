"""Simulated user of WhatsApp, a `fakes.visitors.SimulatedUser`."""

import re
from pathlib import Path

from fakes.visitors import PATIENCE
from fakes.whatsapp.chats import BotMessage
from fakes.whatsapp.people import Person


class WhatsAppVisitor:
    """Answers text menus with numbers, as there are no buttons."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._wait_until = person.fake.wait_until

    def says(self, text: str) -> None:
        self.person.says(text)

    def sends_pictures(self, *pictures: bytes) -> None:
        if len(pictures) == 1:
            self.person.sends_picture(pictures[0])
        else:
            self.person.sends_album(pictures)

    def sends_video(self, content: bytes) -> None:
        self.person.sends_video(content)

    def sends_file(self, content: bytes, name: str) -> None:
        self.person.sends_document(content, name, "application/octet-stream")

    def presses(self, label: str) -> None:
        """Send the number before the label; for an older menu, as a reply to it."""
        found = self._waited_for(f"option {label!r}", lambda message: label in message.options)
        menus = [message for message in self.person.chat.messages if message.options]
        if found is menus[-1]:
            self.person.says(found.options[label])
        else:
            self.person.answers(found, found.options[label])

    def link(self, label: str) -> str:
        found = self._waited_for(f"link {label!r}", lambda message: label in message.links)
        return found.links[label]

    def sees(self, pattern: str, since: int = 0) -> str:
        """`skip` is the number of first messages to ignore."""
        return self._waited_for(repr(pattern), lambda message: re.search(pattern, message.text), since).text

    def messages(self) -> int:
        return len(self.person.chat.messages)

    def film(self, number: int, target: Path) -> Path:
        self._wait_until(lambda: len(self.films()) >= number, PATIENCE)
        media = self.films()[number - 1].media
        assert media is not None
        assert not media.is_gone
        target.write_bytes(media.content)
        return target

    def films(self) -> list[BotMessage]:
        return self.person.chat.films()

    def _waited_for(self, what: str, predicate: object, since: int = 0) -> BotMessage:
        """Wait for a message that matches; returns the newest one."""

        def newest() -> BotMessage | None:
            later = self.person.chat.messages[since:]
            return next((each for each in reversed(later) if predicate(each)), None)  # type: ignore[operator]

        found = self.person.fake.changes.wait(newest, PATIENCE)
        assert found is not None, f"no {what}:\n{self.person.chat}"
        return found
