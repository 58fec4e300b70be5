"""Simulated user of WhatsApp, a `fakes.simulated_users.SimulatedUser`."""

import re
from pathlib import Path

from fakes.simulated_users import WAIT_SECONDS, correct_first_line
from fakes.whatsapp.chats import WhatsAppBotMessage
from fakes.whatsapp.people import WhatsAppPerson


class SimulatedWhatsAppUser:
    """Answers text menus with numbers, as there are no buttons."""

    def __init__(self, person: WhatsAppPerson) -> None:
        self.person = person
        self._wait_until = person.fake.wait_until

    def send_text(self, text: str) -> None:
        self.person.send_text(text)

    def send_pictures(self, *pictures: bytes) -> None:
        if len(pictures) == 1:
            self.person.send_picture(pictures[0])
        else:
            self.person.send_album(pictures)

    def send_video(self, content: bytes, caption: str = "") -> None:
        self.person.send_video(content, caption)

    def send_file(self, content: bytes, name: str) -> None:
        self.person.send_document(content, name, "application/octet-stream")

    def press_button(self, label: str) -> None:
        """Send the number before the label; for an older menu, as a reply to it."""
        found = self._wait_for_message(f"option {label!r}", lambda message: label in message.options)
        menus = [message for message in self.person.chat.messages if message.options]
        if found is menus[-1]:
            self.person.send_text(found.options[label])
        else:
            self.person.send_reply(found, found.options[label])

    def wait_for_button(self, label: str) -> None:
        self._wait_for_message(f"option {label!r}", lambda message: label in message.options)

    def take_style(self, name: str) -> None:
        """From the numbered list, which is answered with a picture."""
        self.press_button(name)
        self.wait_for_text(f"🎨 {name} \\(2 of")

    def correct_word(self, button: str, before: str, after: str) -> None:
        self.press_button(button)
        self.send_text(correct_first_line(self.wait_for_text(r"^1: "), before, after))

    def wait_for_link(self, label: str) -> str:
        found = self._wait_for_message(f"link {label!r}", lambda message: label in message.links)
        return found.links[label]

    def wait_for_text(self, pattern: str, skip: int = 0) -> str:
        """`skip` is the number of first messages to ignore."""
        return self._wait_for_message(repr(pattern), lambda message: _has_shown(message, pattern), skip).text

    def count_messages(self) -> int:
        return len(self.person.chat.messages)

    def save_film(self, number: int, target: Path) -> Path:
        self._wait_until(lambda: len(self.list_films()) >= number, WAIT_SECONDS)
        media = self.list_films()[number - 1].media
        assert media is not None
        assert not media.is_expired
        target.write_bytes(media.content)
        return target

    def save_document(self, target: Path) -> Path:
        found = self._wait_for_message("document", lambda message: message.kind == "document")
        assert found.media is not None
        target.write_bytes(found.media.content)
        return target

    def list_films(self) -> list[WhatsAppBotMessage]:
        return self.person.chat.list_films()

    def _wait_for_message(self, description: str, predicate: object, skip: int = 0) -> WhatsAppBotMessage:
        """Wait for a message that matches; returns the newest one."""

        def find_newest() -> WhatsAppBotMessage | None:
            later = self.person.chat.messages[skip:]
            return next((each for each in reversed(later) if predicate(each)), None)  # type: ignore[operator]

        found = self.person.fake.condition.wait(find_newest, WAIT_SECONDS)
        assert found is not None, f"no {description}:\n{self.person.chat}"
        return found


def _has_shown(message: WhatsAppBotMessage, pattern: str) -> bool:
    """Whether it shows a text, or has shown it before an edit: nobody looks between two edits."""
    return any(re.search(pattern, text) for text in (message.text, *(edit.text for edit in message.edits)))
