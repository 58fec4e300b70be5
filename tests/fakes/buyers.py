"""Simulated buyers, in Telegram and on the chat page: their actions, and what they see. Every wait can time out."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from fakes.page_client import PageClient
from fakes.telegram_api import FakeTelegram, StarsCharge, TelegramBotMessage, TelegramPerson

WAIT_SECONDS = 20.0  # seconds
Found = TypeVar("Found")


class Buyer(Protocol):
    async def send_text(self, text: str) -> None: ...

    async def send_picture(self, content: bytes) -> None:
        """A picture, as a file."""
        ...

    async def press_button(self, label: str) -> None:
        """The newest button whose label starts with this."""
        ...

    async def wait_for_link(self, label: str, except_url: str = "") -> str:
        """The URL of the newest button whose label contains this, other than `except_url`."""
        ...

    async def wait_for_text(self, text: str, count: int = 1) -> str:
        """Wait for `count` messages with that text; returns the newest."""
        ...

    async def wait_for_film(self, number: int) -> None:
        """Wait for the film of that number, counted from 1."""
        ...


class TelegramBuyer:
    """In a private chat of the fake Telegram."""

    def __init__(self, fake: FakeTelegram, person: TelegramPerson) -> None:
        self._fake = fake
        self.person = person

    async def send_text(self, text: str) -> None:
        self.person.send_text(text)

    async def send_picture(self, content: bytes) -> None:
        self.person.send_document(content, "cat.png", "image/png")

    async def press_button(self, label: str) -> None:
        message, full_label = await self._wait_for_button(label)
        self.person.press_button(message, full_label)

    async def wait_for_link(self, label: str, except_url: str = "") -> str:
        def find_url() -> str | None:
            buttons = (each for message in reversed(list(self.person.chat)) for row in message.buttons for each in row)
            return next((one.url for one in buttons if label in one.label and one.url not in {None, except_url}), None)

        return str(await self._wait_until(find_url, label))

    async def wait_for_text(self, text: str, count: int = 1) -> str:
        def find_messages() -> list[TelegramBotMessage]:
            found = [message for message in self.person.chat if text in message.text]
            return found if len(found) >= count else []

        return (await self._wait_until(find_messages, text))[-1].text

    async def wait_for_film(self, number: int) -> None:
        def has_film() -> bool:
            return sum(message.media is not None for message in self.person.chat) >= number

        await self._wait_until(has_film, f"film {number}")

    async def pay_invoice(self) -> StarsCharge | str:
        """Pay the newest invoice; returns the charge, or why it was refused."""
        invoice = await self._wait_until(lambda: [one for one in self.person.chat if one.kind == "invoice"], "invoice")
        return await asyncio.to_thread(self.person.pay_invoice, invoice[-1])

    async def _wait_for_button(self, label: str) -> tuple[TelegramBotMessage, str]:
        def find_button() -> tuple[TelegramBotMessage, str] | None:
            labels = ((message, each) for message in reversed(list(self.person.chat)) for each in message.labels)
            return next(((message, each) for message, each in labels if each.startswith(label)), None)

        message = await self._wait_until(find_button, label)
        assert message is not None
        return message

    async def _wait_until(self, probe: Callable[[], Found], description: str) -> Found:
        found = await self._fake.condition.wait_async(probe, WAIT_SECONDS)
        assert found, f"no {description!r}:\n{self.person.chat}"
        return found


class PageBuyer:
    """At the chat page. Signs in again with `sign_in` when the session has expired, after thirty days."""

    def __init__(self, client: PageClient, sign_in: Callable[[], Awaitable[None]]) -> None:
        self.client = client
        self._sign_in = sign_in

    async def send_text(self, text: str) -> None:
        assert (await self.client.send(text)).status_code == 202

    async def send_picture(self, content: bytes) -> None:
        assert (await self.client.send(files=[("cat.png", content, "image/png")])).status_code == 202

    async def press_button(self, label: str) -> None:
        message, button = await self._wait_for_button(label)
        assert (await self.client.send(choice=button["data"], message=message["id"])).status_code == 202

    async def wait_for_link(self, label: str, except_url: str = "") -> str:
        def find_url(messages: list[dict[str, Any]]) -> str | None:
            buttons = (each for message in reversed(messages) for row in message["buttons"] for each in row)
            return next(
                (one["url"] for one in buttons if label in one["label"] and one["url"] not in {None, except_url}), None
            )

        return str(await self._wait_until(find_url, label))

    async def wait_for_text(self, text: str, count: int = 1) -> str:
        def find_messages(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
            found = [message for message in messages if text in message["text"]]
            return found if len(found) >= count else []

        return str((await self._wait_until(find_messages, text))[-1]["text"])

    async def wait_for_film(self, number: int) -> None:
        def find_films(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
            found = [message for message in messages if message["film"]]
            return found if len(found) >= number else []

        newest = (await self._wait_until(find_films, f"film {number}"))[-1]
        assert (await self.client.http.get(newest["film"]["url"])).status_code == 200

    async def _wait_for_button(self, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
        def find_button(messages: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]] | None:
            buttons = ((message, one) for message in reversed(messages) for row in message["buttons"] for one in row)
            return next(((message, one) for message, one in buttons if one["label"].startswith(label)), None)

        button = await self._wait_until(find_button, label)
        assert button is not None
        return button

    async def _fetch_messages(self) -> dict[str, Any]:
        if (await self.client.http.get("/chat/messages")).status_code == 401:
            await self._sign_in()
        return await self.client.fetch_messages()

    async def _wait_until(self, probe: Callable[[list[dict[str, Any]]], Found], description: str) -> Found:
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while True:
            response = await self._fetch_messages()
            messages = sorted(
                (one for one in response["messages"] if one["author"] == "bot"), key=lambda one: one["at"]
            )
            if found := probe(messages):
                return found
            remaining = deadline - asyncio.get_running_loop().time()
            assert remaining > 0, f"no {description!r}:\n" + "\n".join(str(one["text"]) for one in messages)
            await self.client.fetch_messages(response["version"], min(remaining, 5))


def extract_code(text: str) -> str:
    """The six-digit code in an email."""
    (code,) = re.findall(r"\b\d{6}\b", text)
    return str(code)
