"""Simulated buyers, in Telegram and on the chat page: their actions, and what they see. Every wait can time out."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from fakes.telegram_api import BotMessage, Charge, FakeTelegram, Person
from fakes.web_client import PageClient

PATIENCE = 20.0  # seconds
Found = TypeVar("Found")


class Buyer(Protocol):
    async def says(self, text: str) -> None: ...

    async def sends(self, content: bytes) -> None:
        """A picture, as a file."""
        ...

    async def presses(self, label: str) -> None:
        """The newest button whose label starts with this."""
        ...

    async def link(self, label: str, but: str = "") -> str:
        """The URL of the newest button whose label contains this, other than `except_url`."""
        ...

    async def sees(self, words: str, times: int = 1) -> str:
        """Wait for `count` messages with that text; returns the newest."""
        ...

    async def film(self, number: int) -> None:
        """Wait for the film of that number, counted from 1."""
        ...


class TelegramBuyer:
    """In a private chat of the fake Telegram."""

    def __init__(self, fake: FakeTelegram, person: Person) -> None:
        self._fake = fake
        self.person = person

    async def says(self, text: str) -> None:
        self.person.sends_text(text)

    async def sends(self, content: bytes) -> None:
        self.person.sends_document(content, "cat.png", "image/png")

    async def presses(self, label: str) -> None:
        message, whole = await self._button(label)
        self.person.presses(message, whole)

    async def link(self, label: str, but: str = "") -> str:
        def found() -> str | None:
            shown = (each for message in reversed(list(self.person.chat)) for row in message.buttons for each in row)
            return next((one.url for one in shown if label in one.label and one.url not in {None, but}), None)

        return str(await self._until(found, label))

    async def sees(self, words: str, times: int = 1) -> str:
        def seen() -> list[BotMessage]:
            found = [message for message in self.person.chat if words in message.text]
            return found if len(found) >= times else []

        return (await self._until(seen, words))[-1].text

    async def film(self, number: int) -> None:
        def films() -> bool:
            return sum(message.media is not None for message in self.person.chat) >= number

        await self._until(films, f"film {number}")

    async def pays_invoice(self) -> Charge | str:
        """Pay the newest invoice; returns the charge, or why it was refused."""
        invoice = await self._until(lambda: [one for one in self.person.chat if one.kind == "invoice"], "invoice")
        return await asyncio.to_thread(self.person.pays, invoice[-1])

    async def _button(self, label: str) -> tuple[BotMessage, str]:
        def found() -> tuple[BotMessage, str] | None:
            labels = ((message, each) for message in reversed(list(self.person.chat)) for each in message.labels)
            return next(((message, each) for message, each in labels if each.startswith(label)), None)

        message = await self._until(found, label)
        assert message is not None
        return message

    async def _until(self, probe: Callable[[], Found], what: str) -> Found:
        found = await self._fake.changes.arrival(probe, PATIENCE)
        assert found, f"no {what!r}:\n{self.person.chat}"
        return found


class PageBuyer:
    """At the chat page. Signs in again with `sign_in` when the session has expired, after thirty days."""

    def __init__(self, client: PageClient, enter: Callable[[], Awaitable[None]]) -> None:
        self.client = client
        self._enter = enter

    async def says(self, text: str) -> None:
        assert (await self.client.send(text)).status_code == 202

    async def sends(self, content: bytes) -> None:
        assert (await self.client.send(files=[("cat.png", content, "image/png")])).status_code == 202

    async def presses(self, label: str) -> None:
        message, button = await self._button(label)
        assert (await self.client.send(choice=button["data"], message=message["id"])).status_code == 202

    async def link(self, label: str, but: str = "") -> str:
        def found(messages: list[dict[str, Any]]) -> str | None:
            shown = (each for message in reversed(messages) for row in message["buttons"] for each in row)
            return next((one["url"] for one in shown if label in one["label"] and one["url"] not in {None, but}), None)

        return str(await self._until(found, label))

    async def sees(self, words: str, times: int = 1) -> str:
        def seen(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
            found = [message for message in messages if words in message["text"]]
            return found if len(found) >= times else []

        return str((await self._until(seen, words))[-1]["text"])

    async def film(self, number: int) -> None:
        def films(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
            found = [message for message in messages if message["film"]]
            return found if len(found) >= number else []

        newest = (await self._until(films, f"film {number}"))[-1]
        assert (await self.client.http.get(newest["film"]["url"])).status_code == 200

    async def _button(self, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
        def found(messages: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]] | None:
            buttons = ((message, one) for message in reversed(messages) for row in message["buttons"] for one in row)
            return next(((message, one) for message, one in buttons if one["label"].startswith(label)), None)

        button = await self._until(found, label)
        assert button is not None
        return button

    async def _news(self) -> dict[str, Any]:
        if (await self.client.http.get("/chat/messages")).status_code == 401:
            await self._enter()
        return await self.client.news()

    async def _until(self, probe: Callable[[list[dict[str, Any]]], Found], what: str) -> Found:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            news = await self._news()
            messages = sorted((one for one in news["messages"] if one["author"] == "bot"), key=lambda one: one["at"])
            if found := probe(messages):
                return found
            left = deadline - asyncio.get_running_loop().time()
            assert left > 0, f"no {what!r}:\n" + "\n".join(str(one["text"]) for one in messages)
            await self.client.news(news["version"], min(left, 5))


def code_in(text: str) -> str:
    """The six-digit code in an email."""
    (code,) = re.findall(r"\b\d{6}\b", text)
    return str(code)
