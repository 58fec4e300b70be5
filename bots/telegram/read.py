"""Parser of Telegram's updates into `Inbound` messages. Pure: makes no requests.

Schema: core.telegram.org/bots/api. Edited messages, channel posts, business messages, other bots' and service messages
are ignored; in groups all messages that do not address the bot.
"""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass

from telegram import CallbackQuery, Document, Message, PhotoSize, Update, User
from telegram.constants import ChatType

from bots.core.channel import Attachment, AttachmentKind, Inbound, Payment, Place, Sender

_COMMAND = re.compile(r"/(?P<name>\w{1,32})(?:@(?P<bot>\w+))?(?=\s|$)")
_FAMILIES = {"image": AttachmentKind.PICTURE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}
_UNTOLD = {None, "", "application/octet-stream"}
_ODDITIES = ("sticker", "location", "venue", "contact", "poll", "dice", "story", "game")
_TYPES = mimetypes.MimeTypes()  # the standard library's table, not the machine's own


@dataclass(frozen=True, slots=True)
class Me:
    """Id and username of the bot itself."""

    id: int
    username: str


def read(update: Update, me: Me, *, addressed: bool = False) -> Inbound | None:
    """Parse an update; None when it needs no answer.

    `is_addressed`: a message in a group is meant for the bot although it does not mention it, because it belongs to an
    album whose caption does.
    """
    if update.callback_query:
        return _choice(update.update_id, update.callback_query)
    if update.message and (payment := payment_of(update.message)):
        return _paid(update.update_id, update.message, payment)
    if update.message and _is_personal(update.message):
        return _message(update.update_id, update.message, me, addressed=addressed)
    return None


def album_of(update: Update) -> str | None:
    """The id of the album the message belongs to."""
    return update.message.media_group_id if update.message else None


def by_number(inbound: Inbound) -> int:
    """Sort key of an album's items: Telegram numbers the messages of a chat in their order."""
    return int(inbound.message or 0)


def place_of(message: Message) -> Place:
    """The chat, and the topic when there is one: Telegram's other threads are only chains of replies."""
    thread = str(message.message_thread_id) if message.is_topic_message else ""
    return Place(chat=str(message.chat.id), thread=thread)


def sender_of(user: User) -> Sender:
    return Sender(external_id=str(user.id), name=user.full_name, language=user.language_code)


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    """The file of a message; of a photo the largest size."""
    return tuple(_files(message))


def payment_of(message: Message) -> Payment | None:
    """The payment or refund the message reports."""
    done = message.successful_payment or message.refunded_payment
    if done is None:
        return None
    return Payment(
        charge=done.telegram_payment_charge_id,
        payload=done.invoice_payload,
        currency=done.currency.lower(),
        amount=done.total_amount,
        is_refund=message.refunded_payment is not None,
    )


def _choice(update_id: int, query: CallbackQuery) -> Inbound | None:
    message = query.message
    if message is None or query.data is None:  # an inline message, or a game
        return None
    place = place_of(message) if isinstance(message, Message) else Place(chat=str(message.chat.id))
    return Inbound(
        updates=(str(update_id),),
        place=place,
        sender=sender_of(query.from_user),
        message=str(message.message_id),
        choice=query.data,
        in_group=message.chat.type != ChatType.PRIVATE,
    )


def _paid(update_id: int, message: Message, payment: Payment) -> Inbound:
    """Parse a payment or refund; Telegram may report a refund in a message from the bot."""
    user = message.from_user
    return Inbound(
        updates=(str(update_id),),
        place=place_of(message),
        sender=sender_of(user) if user and not user.is_bot else Sender(external_id=str(message.chat.id)),
        message=str(message.message_id),
        received_at=message.date,
        in_group=message.chat.type != ChatType.PRIVATE,
        payment=payment,
    )


def _is_personal(message: Message) -> bool:
    user = message.from_user
    return user is not None and not user.is_bot and not message.sender_chat and not message.is_automatic_forward


def _message(update_id: int, message: Message, me: Me, *, addressed: bool) -> Inbound | None:
    if message.from_user is None or not (addressed or _is_addressed(message, me)):
        return None
    attachments = attachments_of(message)
    text = _text(message, me)
    if text is None or not (text or attachments or _is_odd(message)):
        return None
    return Inbound(
        updates=(str(update_id),),
        place=place_of(message),
        sender=sender_of(message.from_user),
        message=str(message.message_id),
        text=text,
        attachments=attachments,
        received_at=message.date,
        in_group=message.chat.type != ChatType.PRIVATE,
    )


def _is_addressed(message: Message, me: Me) -> bool:
    if message.chat.type == ChatType.PRIVATE:
        return True
    said = _said(message)
    if command := _COMMAND.match(said):
        return command["bot"] is None or _is_me(command["bot"], me)
    return _replies_to(message, me) or bool(_mention(me).search(said))


def _replies_to(message: Message, me: Me) -> bool:
    answered = message.reply_to_message
    return answered is not None and answered.from_user is not None and answered.from_user.id == me.id


def _text(message: Message, me: Me) -> str | None:
    """The text without a mention of the bot; None for a command to another bot."""
    said = _said(message)
    command = _COMMAND.match(said)
    if command is None:
        private = message.chat.type == ChatType.PRIVATE
        return said if private else _mention(me).sub("", said).strip()
    if command["bot"] and not _is_me(command["bot"], me):
        return None
    return f"/{command['name']}{said[command.end() :]}"


def _said(message: Message) -> str:
    if message.sticker:
        return message.sticker.emoji or ""
    return (message.text or message.caption or "").strip()


def _is_me(name: str, me: Me) -> bool:
    return name.lower() == me.username.lower()


def _mention(me: Me) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)@{re.escape(me.username)}\b[ ,:]*", re.IGNORECASE)


def _is_odd(message: Message) -> bool:
    """Whether the message is of an unsupported type, whose sender still expects an answer."""
    return any(getattr(message, kind) for kind in _ODDITIES)


def _files(message: Message) -> Iterator[Attachment]:
    """An animation also has a `document` of the same file, so `document` is checked last."""
    if message.photo:
        yield _photo(max(message.photo, key=lambda size: size.width * size.height))
    elif film := message.video or message.animation:
        yield Attachment(AttachmentKind.VIDEO, film.file_id, film.file_name or "", film.file_size)
    elif message.video_note:
        yield Attachment(AttachmentKind.VIDEO, message.video_note.file_id, size=message.video_note.file_size)
    elif message.voice:
        yield Attachment(AttachmentKind.AUDIO, message.voice.file_id, size=message.voice.file_size)
    elif message.audio:
        sound = message.audio
        yield Attachment(AttachmentKind.AUDIO, sound.file_id, sound.file_name or "", sound.file_size)
    elif message.document:
        yield _document(message.document)


def _photo(size: PhotoSize) -> Attachment:
    return Attachment(AttachmentKind.PICTURE, size.file_id, size=size.file_size)


def _document(document: Document) -> Attachment:
    name = document.file_name or ""
    told = document.mime_type
    mime = told if told not in _UNTOLD else _TYPES.guess_type(name, strict=False)[0]
    kind = _FAMILIES.get((mime or "").split("/")[0], AttachmentKind.FILE)
    return Attachment(kind, document.file_id, name, document.file_size)
