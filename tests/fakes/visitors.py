"""Simulated users on any channel: their actions, and what they see."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from fakes import pictures
from fakes.browser import ChatPage
from fakes.telegram_api import BotMessage, Person, document, photo
from PIL import Image

PATIENCE = 90.0  # seconds, for a film on a busy machine


def photograph(seed: int = 7, size: tuple[int, int] = (640, 360), form: str = "PNG") -> bytes:
    """A photograph-like picture, as a file."""
    buffer = io.BytesIO()
    Image.fromarray(pictures.photo(*size, seed)).save(buffer, form)
    return buffer.getvalue()


class Visitor(Protocol):
    """Every wait raises an exception on timeout."""

    def says(self, text: str) -> None: ...

    def sends_pictures(self, *pictures: bytes) -> None:
        """One picture, or several as an album."""
        ...

    def sends_video(self, content: bytes) -> None: ...

    def sends_file(self, content: bytes, name: str) -> None: ...

    def presses(self, label: str) -> None:
        """Press the newest button with that label, once there is one."""
        ...

    def link(self, label: str) -> str:
        """The URL of the newest button with that label, once there is one."""
        ...

    def sees(self, pattern: str) -> str:
        """Wait for a message of the bot that matches; returns the text of the newest one."""
        ...

    def messages(self) -> int:
        """How many messages the bot has sent so far, films included."""
        ...

    def film(self, number: int, target: Path) -> Path:
        """Wait for the film of that number, counted from 1, and save it."""
        ...


class TelegramVisitor:
    """A user in a private chat of the fake Telegram."""

    def __init__(self, person: Person, wait_until: Callable[..., object]) -> None:
        self.person = person
        self._wait_until = wait_until

    def says(self, text: str) -> None:
        self.person.sends_text(text)

    def sends_pictures(self, *pictures: bytes) -> None:
        if len(pictures) == 1:
            self.person.sends_photo(pictures[0])
        else:
            self.person.sends_album([photo(picture) for picture in pictures])

    def sends_video(self, content: bytes) -> None:
        self.person.sends_video(content)

    def sends_file(self, content: bytes, name: str) -> None:
        self.person.sends_media(document(content, name, "application/octet-stream"))

    def presses(self, label: str) -> None:
        self._wait_until(lambda: self._with_button(label), PATIENCE)
        found = self._with_button(label)
        assert found is not None, f"no button {label!r}:\n{self.person.chat}"
        self.person.presses(found, label)

    def link(self, label: str) -> str:
        self._wait_until(lambda: self._with_button(label), PATIENCE)
        found = self._with_button(label)
        button = found.button(label) if found else None
        assert button is not None, f"no button {label!r}:\n{self.person.chat}"
        assert button.url is not None, button
        return button.url

    def sees(self, pattern: str, since: int = 0) -> str:
        """`skip` is the number of first messages to ignore."""
        self._wait_until(lambda: self._with_text(pattern, since), PATIENCE)
        found = self._with_text(pattern, since)
        assert found is not None, f"nothing like {pattern!r}:\n{self.person.chat}"
        return found.text

    def messages(self) -> int:
        return len(self.person.chat.messages)

    def film(self, number: int, target: Path) -> Path:
        self._wait_until(lambda: len(self.films()) >= number, PATIENCE)
        media = self.films()[number - 1].media
        assert media is not None
        target.write_bytes(media.content)
        return target

    def films(self) -> list[BotMessage]:
        return [message for message in self.person.chat.messages if message.kind in {"video", "animation"}]

    def _with_button(self, label: str) -> BotMessage | None:
        return next((each for each in reversed(self.person.chat.messages) if each.button(label)), None)

    def _with_text(self, pattern: str, since: int) -> BotMessage | None:
        later = self.person.chat.messages[since:]
        return next((each for each in reversed(later) if re.search(pattern, each.text)), None)


class PageVisitor:
    """A user at the chat page, in a browser."""

    def __init__(self, page: ChatPage, folder: Path) -> None:
        self.page = page
        self._folder = folder
        self._sent = 0

    def says(self, text: str) -> None:
        self.page.say(text)

    def sends_pictures(self, *pictures: bytes) -> None:
        self.page.send(*(self._file(picture, "picture.png") for picture in pictures))

    def sends_video(self, content: bytes) -> None:
        self.page.send(self._file(content, "video.mp4"))

    def sends_file(self, content: bytes, name: str) -> None:
        self.page.send(self._file(content, name))

    def presses(self, label: str) -> None:
        self.page.press(label)

    def link(self, label: str) -> str:
        return self.page.link(label)

    def sees(self, pattern: str) -> str:
        return self.page.message(re.compile(pattern)).inner_text()

    def messages(self) -> int:
        return len(self.page.messages("bot"))

    def film(self, number: int, target: Path) -> Path:
        self.page.wait_until("n => document.querySelectorAll('li.message video').length >= n", number)
        self.page.save(target, number - 1)
        return target

    def _file(self, content: bytes, name: str) -> Path:
        self._sent += 1
        path = self._folder / f"{self._sent}-{name}"
        path.write_bytes(content)
        return path
