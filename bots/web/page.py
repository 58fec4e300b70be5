"""The chat page as a channel: messages are stored in the database, and the page polls for them."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from bots.core.channel import (
    Attachment,
    Capabilities,
    ChannelError,
    ChatRef,
    MessageNotEditable,
    MessageNotModified,
    MessageRejected,
    RenderedMessage,
    Upload,
)
from bots.web.message_view import MessageBody, build_media_body, build_text_body
from bots.web.notifier import Notifier
from bots.web.uploads.upload_store import UploadStore
from models.columns import generate_id
from models.identity.people import Account, Person
from models.limits import load_limits
from models.messaging.deliveries import PageMessage
from storage.db import Database
from storage.identity import people
from storage.messaging import web_messages

LOCAL_CHAT = ChatRef(chat="page")
ERASED_TEXT = "•••"
LOCAL_USER_ID = "owner"  # the only user in local mode


def build_capabilities() -> Capabilities:
    max_bytes = load_limits().video.max_bytes
    return Capabilities(
        has_buttons=True,
        can_edit=True,
        max_text=4096,
        max_caption=4096,
        max_upload=max_bytes,
        max_download=max_bytes,
        seconds_between_edits=0.5,
        can_delete=True,
        is_shared=True,
    )


@dataclass(frozen=True, slots=True)
class MessageChanges:
    """Messages that are new or have changed, and the version up to which they are complete.

    `conversation` identifies the conversation the versions belong to; it is empty before the first message.
    """

    conversation: str = ""
    version: int = 0
    messages: tuple[PageMessage, ...] = ()


class PageChannel:
    """Stores messages of one account's page. Media stay in the media store; a message holds only their key."""

    name = "page"

    def __init__(self, db: Database, account_id: uuid.UUID, uploads: UploadStore) -> None:
        self.capabilities = build_capabilities()
        self.notifier = Notifier()
        self.uploads = uploads
        self._db = db
        self._account_id = account_id

    async def send_text(self, chat: ChatRef, text: RenderedMessage) -> str:
        return await asyncio.to_thread(self._add_message, chat, build_text_body(text))

    async def edit(self, chat: ChatRef, message: str, text: RenderedMessage) -> None:
        await asyncio.to_thread(self._edit_message, chat, message, text)

    async def delete_message(self, chat: ChatRef, message: str) -> None:
        """Replace the text of a user's message by a placeholder."""
        await asyncio.to_thread(self._erase_text, chat, message)

    async def send_video(self, chat: ChatRef, upload: Upload) -> str:
        return await asyncio.to_thread(self._send_upload, chat, upload, plays=not upload.as_file)

    async def send_file(self, chat: ChatRef, upload: Upload) -> str:
        return await asyncio.to_thread(self._send_upload, chat, upload, plays=False)

    async def fetch(self, attachment: Attachment, path: Path) -> str:
        await self.uploads.fetch(attachment.handle, path)
        return attachment.handle

    def save_user_message(self, chat: ChatRef, message: uuid.UUID, body: MessageBody) -> None:
        """Store a user's message under the id the browser gave it; a repeat changes nothing."""
        self._save_message(chat, message, web_messages.AUTHOR_PERSON, body)

    def find_bot_message(self, chat: ChatRef, message: str) -> MessageBody | None:
        """The content of a message of the bot, or None."""
        with self._db.read_transaction() as session:
            address_id = web_messages.find_address_id(session, self._account_id, chat.chat, chat.thread)
            row = web_messages.find_message(session, address_id, _parse_message_id(message)) if address_id else None
            return (
                MessageBody.model_validate(row.body)
                if row is not None and row.author == web_messages.AUTHOR_BOT
                else None
            )

    def list_changes(self, chat: ChatRef, after: int) -> MessageChanges:
        """Changes in a conversation since version `after`."""
        with self._db.read_transaction() as session:
            address_id = web_messages.find_address_id(session, self._account_id, chat.chat, chat.thread)
            if address_id is None:
                return MessageChanges()
            version = web_messages.get_latest_version(session, address_id)
            if version == after:
                return MessageChanges(str(address_id), version)
            rows = tuple(web_messages.list_changes(session, address_id, after))
            return MessageChanges(str(address_id), rows[-1].version if after else version, rows)

    def list_older(self, chat: ChatRef, before: datetime) -> tuple[PageMessage, ...]:
        """Messages of a conversation before that time, oldest first."""
        with self._db.read_transaction() as session:
            address_id = web_messages.find_address_id(session, self._account_id, chat.chat, chat.thread)
            return tuple(web_messages.list_before(session, address_id, before)) if address_id else ()

    def find_person(self, session: Session, user_id: str) -> Person | None:
        """The person of a user of the page, if they have ever written."""
        account = session.get_one(Account, self._account_id)
        return people.find_by_identity(session, account.tenant_id, f"{account.channel}:{user_id}")

    def find_language(self, person: str) -> str | None:
        """The language that user has chosen, or None."""
        with self._db.read_transaction() as session:
            found = self.find_person(session, person)
            return found.language if found is not None and found.language_chosen else None

    def _send_upload(self, chat: ChatRef, upload: Upload, *, plays: bool) -> str:
        if not upload.key:
            raise MessageRejected("the page shows films of the media store only, and this one has no key")
        try:
            body = build_media_body(upload, plays=plays)
        except FileNotFoundError as error:
            raise ChannelError("the film is gone") from error
        return self._add_message(chat, body)

    def _add_message(self, chat: ChatRef, body: MessageBody) -> str:
        message = generate_id()
        self._save_message(chat, message, web_messages.AUTHOR_BOT, body)
        return str(message)

    def _save_message(self, chat: ChatRef, message: uuid.UUID, author: str, body: MessageBody) -> None:
        with self._db.transaction() as session:
            address_id = people.get_or_create_address(session, self._account_id, chat.chat, chat.thread).id
            web_messages.add(session, address_id, message, author, body.to_json(), self._db.clock())
        self.notifier.notify(chat)

    def _erase_text(self, chat: ChatRef, message: str) -> None:
        with self._db.transaction() as session:
            address_id = people.get_or_create_address(session, self._account_id, chat.chat, chat.thread).id
            row = web_messages.find_message(session, address_id, _parse_message_id(message))
            if row is None or row.author != web_messages.AUTHOR_PERSON:
                raise MessageNotEditable(message)
            web_messages.update_body(session, row, MessageBody(text=ERASED_TEXT).to_json(), self._db.clock())
        self.notifier.notify(chat)

    def _edit_message(self, chat: ChatRef, message: str, text: RenderedMessage) -> None:
        """Give a message a new version. One that stays as it is gets one too: it is the answer to a press of a button,
        for which the page waits."""
        with self._db.transaction() as session:
            address_id = people.get_or_create_address(session, self._account_id, chat.chat, chat.thread).id
            row = web_messages.find_message(session, address_id, _parse_message_id(message))
            if row is None or row.author != web_messages.AUTHOR_BOT:
                raise MessageNotEditable(message)
            before = MessageBody.model_validate(row.body)
            after = before.replace_text(text)
            web_messages.update_body(session, row, after.to_json(), self._db.clock())
        self.notifier.notify(chat)
        if after.is_displayed_as(before):
            raise MessageNotModified(message)


def _parse_message_id(message: str) -> uuid.UUID:
    """A message's id; an invalid one becomes the nil UUID, which no message has."""
    try:
        return uuid.UUID(message)
    except ValueError:
        return uuid.UUID(int=0)
