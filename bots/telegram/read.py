"""Parser of Telegram's updates into `Inbound` messages. Pure: makes no requests.

Schema: core.telegram.org/bots/api. Edited messages, channel posts, business messages, other bots' and service messages
are ignored; in groups all messages that do not address the bot. Everything else is answered, whatever it holds.
"""

import re
from dataclasses import dataclass

from telegram import CallbackQuery, Message, Update, User
from telegram.constants import ChatType
from telegram.ext.filters import StatusUpdate

from bots.core.channel import Attachment, ChatRef, Inbound, Payment, Sender
from bots.telegram.attachments import attachments_of
from models.errors import ErrorCode

_COMMAND = re.compile(r"/(?P<name>\w{1,32})(?:@(?P<bot>\w+))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class TelegramIdentity:
    """Id and username of the bot itself."""

    id: int
    username: str


def read_update(update: Update, me: TelegramIdentity, *, is_addressed: bool = False) -> Inbound | None:
    """Parse an update; None when it needs no answer.

    `is_addressed`: a message in a group is meant for the bot although it does not mention it, because it belongs to an
    album whose caption does.
    """
    if update.callback_query:
        return _read_choice(update.update_id, update.callback_query)
    if update.message and (payment := payment_of(update.message)):
        return _read_payment(update.update_id, update.message, payment)
    if update.message and not StatusUpdate.ALL.check_update(update):
        return _read_message(update.update_id, update.message, me, is_addressed=is_addressed)
    return None


def album_of(update: Update) -> str | None:
    """The id of the album the message belongs to."""
    return update.message.media_group_id if update.message else None


def message_number_of(inbound: Inbound) -> int:
    """Sort key of an album's items: Telegram numbers the messages of a chat in their order."""
    return int(inbound.message_id or 0)


def chat_ref_of(message: Message) -> ChatRef:
    """The chat, and the topic when there is one: Telegram's other threads are only chains of replies."""
    thread = str(message.message_thread_id) if message.is_topic_message else ""
    return ChatRef(chat=str(message.chat.id), thread=thread)


def sender_of(user: User) -> Sender:
    return Sender(external_id=str(user.id), name=user.full_name, language=user.language_code)


def payment_of(message: Message) -> Payment | None:
    """The payment or refund the message reports."""
    details = message.successful_payment or message.refunded_payment
    if details is None:
        return None
    return Payment(
        charge_id=details.telegram_payment_charge_id,
        payload=details.invoice_payload,
        currency=details.currency.lower(),
        amount=details.total_amount,
        is_refund=message.refunded_payment is not None,
    )


def _read_choice(update_id: int, query: CallbackQuery) -> Inbound | None:
    message = query.message
    if message is None or query.data is None:  # an inline message, or a game
        return None
    chat_ref = chat_ref_of(message) if isinstance(message, Message) else ChatRef(chat=str(message.chat.id))
    return Inbound(
        update_ids=(str(update_id),),
        chat_ref=chat_ref,
        sender=sender_of(query.from_user),
        message_id=str(message.message_id),
        choice=query.data,
        is_group=message.chat.type != ChatType.PRIVATE,
    )


def _read_payment(update_id: int, message: Message, payment: Payment) -> Inbound:
    """Parse a payment or refund; Telegram may report a refund in a message from the bot."""
    user = message.from_user
    return Inbound(
        update_ids=(str(update_id),),
        chat_ref=chat_ref_of(message),
        sender=sender_of(user) if user and not user.is_bot else Sender(external_id=str(message.chat.id)),
        message_id=str(message.message_id),
        received_at=message.date,
        is_group=message.chat.type != ChatType.PRIVATE,
        payment=payment,
    )


def _find_sender(message: Message) -> Sender | None:
    """The sender: a person, or the group or channel that an administrator writes as; None for bots, and for posts that
    Telegram forwards from a channel to its discussion group."""
    if message.sender_chat and not message.is_automatic_forward:
        return Sender(str(message.sender_chat.id), message.sender_chat.title or "")
    user = message.from_user
    return sender_of(user) if user and not user.is_bot and not message.sender_chat else None


def _read_message(update_id: int, message: Message, me: TelegramIdentity, *, is_addressed: bool) -> Inbound | None:
    sender, text = _find_sender(message), _read_text(message, me)
    if sender is None or text is None or not (is_addressed or _is_addressed(message, me)):
        return None
    rejection = _find_rejection(message)
    return Inbound(
        update_ids=(str(update_id),),
        chat_ref=chat_ref_of(message),
        sender=sender,
        message_id=str(message.message_id),
        text=text,
        attachments=() if rejection else attachments_of(message),
        received_at=message.date,
        is_group=message.chat.type != ChatType.PRIVATE,
        quoted_message_id=str(message.reply_to_message.message_id) if message.reply_to_message else None,
        quoted_attachments=() if rejection else _read_quoted_files(message, me),
        rejection=rejection,
        is_forwarded=_is_forwarded(message),
    )


def _is_forwarded(message: Message) -> bool:
    """Whether its words are another author's: forwarded, made by an inline bot, or by a bot that writes for the
    user's business account.
    """
    return bool(message.forward_origin or message.via_bot or message.sender_business_bot)


def _find_rejection(message: Message) -> ErrorCode | None:
    if message.sender_chat:
        return ErrorCode.ANONYMOUS_SENDER
    return ErrorCode.PAID_MEDIA if message.paid_media and not attachments_of(message) else None


def _read_quoted_files(message: Message, me: TelegramIdentity) -> tuple[Attachment, ...]:
    """The files of the message replied to, which may be in another chat; none of the bot's own."""
    quoted = message.reply_to_message or message.external_reply
    return attachments_of(quoted) if quoted and not _is_reply_to(message, me) else ()


def _is_addressed(message: Message, me: TelegramIdentity) -> bool:
    if message.chat.type == ChatType.PRIVATE:
        return True
    if _is_forwarded(message):
        return False
    text = _raw_text_of(message)
    if command := _COMMAND.match(text):
        return command["bot"] is None or _is_me(command["bot"], me)
    return _is_reply_to(message, me) or bool(_build_mention_pattern(me).search(text))


def _is_reply_to(message: Message, me: TelegramIdentity) -> bool:
    answered = message.reply_to_message
    return answered is not None and answered.from_user is not None and answered.from_user.id == me.id


def _read_text(message: Message, me: TelegramIdentity) -> str | None:
    """The text without a mention of the bot; None for a command to another bot."""
    raw_text = _raw_text_of(message)
    command = _COMMAND.match(raw_text)
    if command is None:
        is_private = message.chat.type == ChatType.PRIVATE
        return raw_text if is_private else _build_mention_pattern(me).sub("", raw_text).strip()
    if command["bot"] and not _is_me(command["bot"], me):
        return None
    return f"/{command['name']}{raw_text[command.end() :]}"


def _raw_text_of(message: Message) -> str:
    if message.sticker:
        return message.sticker.emoji or ""
    return (message.text or message.caption or "").strip()


def _is_me(name: str, me: TelegramIdentity) -> bool:
    return name.lower() == me.username.lower()


def _build_mention_pattern(me: TelegramIdentity) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)@{re.escape(me.username)}\b[ ,:]*", re.IGNORECASE)
