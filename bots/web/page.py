"""The chat page as a channel: what is said is written down, and the page comes for it."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bots.core.channel import (
    Attachment,
    Capabilities,
    ChannelError,
    Place,
    Rejected,
    Text,
    Unchanged,
    Uneditable,
    Upload,
)
from bots.web.bell import Bell
from bots.web.bubbles import Body, said, shown_film
from bots.web.uploads import Uploads
from models.columns import new_id
from models.deliveries import PageMessage
from models.limits import limits
from models.people import Account
from storage import pages, people
from storage.db import Database

PLACE = Place(chat="page")
ERASED = "•••"
PERSON = "owner"  # the one person of the local page


def capabilities() -> Capabilities:
    biggest = limits().video.max_bytes
    return Capabilities(
        buttons=True,
        edits=True,
        max_text=4096,
        max_caption=4096,
        max_upload=biggest,
        max_download=biggest,
        seconds_between_edits=0.5,
        erases=True,
    )


@dataclass(frozen=True, slots=True)
class News:
    """Messages that are new or have changed, and the version up to which they tell everything.

    `conversation` names the conversation the versions belong to; it is empty before the first message.
    """

    conversation: str = ""
    version: int = 0
    messages: tuple[PageMessage, ...] = ()


class PageChannel:
    """Writes messages of one account's page. A film stays in the media store; only its key is written down."""

    name = "page"

    def __init__(self, db: Database, account_id: uuid.UUID, uploads: Uploads) -> None:
        self.can = capabilities()
        self.bell = Bell()
        self.uploads = uploads
        self._db = db
        self._account_id = account_id

    async def say(self, place: Place, text: Text) -> str:
        return await asyncio.to_thread(self._add, place, said(text))

    async def edit(self, place: Place, message: str, text: Text) -> None:
        await asyncio.to_thread(self._change, place, message, text)

    async def erase(self, place: Place, message: str) -> None:
        """Take the words out of what the person said; the page shows that there was something."""
        await asyncio.to_thread(self._blank, place, message)

    async def send_video(self, place: Place, upload: Upload) -> str:
        return await asyncio.to_thread(self._send, place, upload, plays=not upload.as_file)

    async def send_file(self, place: Place, upload: Upload) -> str:
        return await asyncio.to_thread(self._send, place, upload, plays=False)

    async def fetch(self, attachment: Attachment, path: Path) -> None:
        await asyncio.to_thread(self.uploads.fetch, attachment.handle, path)

    def note(self, place: Place, message: uuid.UUID, body: Body) -> None:
        """Write down what the person said, under the id their browser gave it; a second time changes nothing."""
        self._write(place, message, pages.PERSON, body)

    def find(self, place: Place, message: str) -> Body | None:
        """A message of the bot, or None."""
        with self._db.reading() as session:
            where = pages.known_address(session, self._account_id, place.chat, place.thread)
            row = pages.one(session, where, _id(message)) if where else None
            return Body.model_validate(row.body) if row is not None and row.author == pages.BOT else None

    def news(self, place: Place, after: int) -> News:
        """What has changed in a conversation since version `after`."""
        with self._db.reading() as session:
            where = pages.known_address(session, self._account_id, place.chat, place.thread)
            if where is None:
                return News()
            version = pages.newest(session, where)
            if version == after:
                return News(str(where), version)
            rows = tuple(pages.news(session, where, after))
            whole = len(rows) < pages.BATCH or after == 0
            return News(str(where), version if whole else rows[-1].version, rows)

    def older(self, place: Place, before: datetime) -> tuple[PageMessage, ...]:
        """What was said in a conversation before then, oldest first."""
        with self._db.reading() as session:
            where = pages.known_address(session, self._account_id, place.chat, place.thread)
            return tuple(pages.older(session, where, before)) if where else ()

    def language(self, person: str) -> str | None:
        """The language that person has chosen, if they have."""
        with self._db.reading() as session:
            account = session.get_one(Account, self._account_id)
            found = people.identified(session, account.tenant_id, f"{account.channel}:{person}")
            return found.language if found is not None and found.language_chosen else None

    def _send(self, place: Place, upload: Upload, *, plays: bool) -> str:
        if not upload.key:
            raise Rejected("the page shows films of the media store only, and this one has no key")
        try:
            body = shown_film(upload, plays=plays)
        except FileNotFoundError as error:
            raise ChannelError("the film is gone") from error
        return self._add(place, body)

    def _add(self, place: Place, body: Body) -> str:
        message = new_id()
        self._write(place, message, pages.BOT, body)
        return str(message)

    def _write(self, place: Place, message: uuid.UUID, author: str, body: Body) -> None:
        with self._db.transaction() as session:
            where = people.address_of(session, self._account_id, place.chat, place.thread).id
            pages.add(session, where, message, author, body.kept(), self._db.clock())
        self.bell.ring(place)

    def _blank(self, place: Place, message: str) -> None:
        with self._db.transaction() as session:
            where = people.address_of(session, self._account_id, place.chat, place.thread).id
            row = pages.one(session, where, _id(message))
            if row is None or row.author != pages.PERSON:
                raise Uneditable(message)
            pages.change(session, row, Body(text=ERASED).kept(), self._db.clock())
        self.bell.ring(place)

    def _change(self, place: Place, message: str, text: Text) -> None:
        with self._db.transaction() as session:
            where = people.address_of(session, self._account_id, place.chat, place.thread).id
            row = pages.one(session, where, _id(message))
            if row is None or row.author != pages.BOT:
                raise Uneditable(message)
            before = Body.model_validate(row.body)
            after = before.reworded(text)
            if after == before:
                raise Unchanged(message)
            pages.change(session, row, after.kept(), self._db.clock())
        self.bell.ring(place)


def _id(message: str) -> uuid.UUID:
    """A message's id; one that cannot be ours names nothing."""
    try:
        return uuid.UUID(message)
    except ValueError:
        return uuid.UUID(int=0)
