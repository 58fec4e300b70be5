"""Simulated users on any channel: their actions, and what they see."""

import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

from fakes import sample_pictures
from fakes.browser import ChatPage
from fakes.telegram_api import TelegramBotMessage, TelegramPerson, build_document, build_photo
from PIL import Image

WAIT_SECONDS = 90.0  # seconds, for a film on a busy machine


@cache
def create_photograph(seed: int = 7, size: tuple[int, int] = (640, 360), image_format: str = "PNG") -> bytes:
    """A photograph-like picture, as a file."""
    buffer = io.BytesIO()
    Image.fromarray(sample_pictures.draw_photo(*size, seed)).save(buffer, image_format, compress_level=1)
    return buffer.getvalue()


class SimulatedUser(Protocol):
    """Every wait raises an exception on timeout."""

    def send_text(self, text: str) -> None: ...

    def send_pictures(self, *pictures: bytes) -> None:
        """One picture, or several as an album."""
        ...

    def send_video(self, content: bytes, caption: str = "") -> None: ...

    def send_file(self, content: bytes, name: str) -> None: ...

    def press_button(self, label: str) -> None:
        """Press the newest button with that label, once there is one."""
        ...

    def wait_for_button(self, label: str) -> None:
        """Wait for a button with that label."""
        ...

    def take_style(self, name: str) -> None:
        """Go to the second style in a carousel that has just been opened; `name` is what it is called."""
        ...

    def correct_word(self, button: str, before: str, after: str) -> None:
        """Press the newest button of that label, and replace a word of the first line."""
        ...

    def wait_for_link(self, label: str) -> str:
        """The URL of the newest button with that label, once there is one."""
        ...

    def wait_for_text(self, pattern: str) -> str:
        """Wait for a message of the bot that matches; returns the text of the newest one."""
        ...

    def count_messages(self) -> int:
        """How many messages the bot has sent so far, films included."""
        ...

    def save_film(self, number: int, target: Path) -> Path:
        """Wait for the film of that number, counted from 1, and save it."""
        ...

    def save_document(self, target: Path) -> Path:
        """Wait for the first file that the bot sends as a document, and save it."""
        ...


class SimulatedTelegramUser:
    """A user in a private chat of the fake Telegram."""

    def __init__(self, person: TelegramPerson, wait_until: Callable[..., object]) -> None:
        self.person = person
        self._wait_until = wait_until

    def send_text(self, text: str) -> None:
        self.person.send_text(text)

    def send_pictures(self, *pictures: bytes) -> None:
        if len(pictures) == 1:
            self.person.send_photo(pictures[0])
        else:
            self.person.send_album([build_photo(picture) for picture in pictures])

    def send_video(self, content: bytes, caption: str = "") -> None:
        self.person.send_video(content, caption)

    def send_file(self, content: bytes, name: str) -> None:
        self.person.send_media(build_document(content, name, "application/octet-stream"))

    def press_button(self, label: str) -> None:
        self._wait_until(lambda: self._find_by_button(label), WAIT_SECONDS)
        found = self._find_by_button(label)
        assert found is not None, f"no button {label!r}:\n{self.person.chat}"
        self.person.press_button(found, label)

    def wait_for_button(self, label: str) -> None:
        found = self._wait_until(lambda: self._find_by_button(label), WAIT_SECONDS)
        assert found, f"no button {label!r}:\n{self.person.chat}"

    def take_style(self, name: str) -> None:
        self.press_button("▶️")
        self.wait_for_text(f"🎨 {name} \\(2 of")

    def correct_word(self, button: str, before: str, after: str) -> None:
        self.press_button(button)
        self.send_text(correct_first_line(self.wait_for_text(r"^1: "), before, after))

    def wait_for_link(self, label: str) -> str:
        self._wait_until(lambda: self._find_by_button(label), WAIT_SECONDS)
        found = self._find_by_button(label)
        button = found.find_button(label) if found else None
        assert button is not None, f"no button {label!r}:\n{self.person.chat}"
        assert button.url is not None, button
        return button.url

    def wait_for_text(self, pattern: str, skip: int = 0) -> str:
        """`skip` is the number of first messages to ignore."""
        self._wait_until(lambda: self._find_by_text(pattern, skip), WAIT_SECONDS)
        found = self._find_by_text(pattern, skip)
        assert found is not None, f"nothing like {pattern!r}:\n{self.person.chat}"
        return found.text

    def count_messages(self) -> int:
        return len(self.person.chat.messages)

    def save_film(self, number: int, target: Path) -> Path:
        self._wait_until(lambda: len(self.list_films()) >= number, WAIT_SECONDS)
        media = self.list_films()[number - 1].media
        assert media is not None
        target.write_bytes(media.content)
        return target

    def save_document(self, target: Path) -> Path:
        self._wait_until(self._find_document, WAIT_SECONDS)
        found = self._find_document()
        assert found is not None
        assert found.media is not None
        target.write_bytes(found.media.content)
        return target

    def list_films(self) -> list[TelegramBotMessage]:
        return [message for message in self.person.chat.messages if message.kind in {"video", "animation"}]

    def _find_document(self) -> TelegramBotMessage | None:
        return next((each for each in self.person.chat.messages if each.kind == "document"), None)

    def _find_by_button(self, label: str) -> TelegramBotMessage | None:
        return next((each for each in reversed(self.person.chat.messages) if each.find_button(label)), None)

    def _find_by_text(self, pattern: str, skip: int) -> TelegramBotMessage | None:
        """The latest message that shows the text, or has shown it before an edit: nobody looks between two edits."""
        later = self.person.chat.messages[skip:]
        return next((each for each in reversed(later) if _has_shown(each, pattern)), None)


def correct_first_line(lines: str, before: str, after: str) -> str:
    """The first of some numbered lines as it is sent back, with another word in it."""
    first = lines.splitlines()[0]
    assert before in first
    return first.replace(before, after, 1)


def _has_shown(message: TelegramBotMessage, pattern: str) -> bool:
    return any(re.search(pattern, text) for text in (message.text, *(edit.text for edit in message.edits)))


class SimulatedPageUser:
    """A user at the chat page, in a browser."""

    def __init__(self, page: ChatPage, folder: Path) -> None:
        self.page = page
        self._folder = folder
        self._file_count = 0

    def send_text(self, text: str) -> None:
        self.page.type_text(text)

    def send_pictures(self, *pictures: bytes) -> None:
        self.page.send(*(self._write_file(picture, "picture.png") for picture in pictures))

    def send_video(self, content: bytes, caption: str = "") -> None:
        self.page.send(self._write_file(content, "video.mp4"), caption=caption)

    def send_file(self, content: bytes, name: str) -> None:
        self.page.send(self._write_file(content, name))

    def press_button(self, label: str) -> None:
        self.page.press_button(label)

    def wait_for_button(self, label: str) -> None:
        self.page.wait_for_button(label)

    def take_style(self, name: str) -> None:
        self.press_button("Next")  # what "▶️" is read out as
        self.wait_for_text(f"🎨 {name} \\(2 of")

    def correct_word(self, button: str, before: str, after: str) -> None:
        self.press_button(button)
        editor = self.page.tab.locator("dialog.editor")
        editor.wait_for(state="visible")
        fields = editor.locator("li").first.locator("input.word").all()
        next(field for field in fields if field.input_value() == before).fill(after)
        editor.locator("button.choose").click()
        editor.wait_for(state="detached")

    def wait_for_link(self, label: str) -> str:
        return self.page.get_link(label)

    def wait_for_text(self, pattern: str) -> str:
        return self.page.wait_for_message(re.compile(pattern)).inner_text()

    def count_messages(self) -> int:
        return len(self.page.list_texts("bot"))

    def save_film(self, number: int, target: Path) -> Path:
        self.page.wait_until("n => document.querySelectorAll('li.message video').length >= n", number)
        self.page.save_film(target, number - 1, "li.message:has(video)")
        return target

    def save_document(self, target: Path) -> Path:
        self.page.wait_until("() => document.querySelector('li.message:not(:has(video)) a.save')")
        self.page.save_film(target)
        return target

    def _write_file(self, content: bytes, name: str) -> Path:
        self._file_count += 1
        path = self._folder / f"{self._file_count}-{name}"
        path.write_bytes(content)
        return path
