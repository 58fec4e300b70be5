"""WhatsApp's side of the inbound processor: how its messages are read, and the read receipts and reactions."""

from collections.abc import Callable
from datetime import UTC, datetime

from neonize.proto.Neonize_pb2 import Message as MessageEvent

from bots.core.albums import AlbumHeader
from bots.core.channel import Inbound
from bots.core.inbound import InboundLimits, IsAlbumOpen, ParsedMessage, UpdateAdapter
from bots.whatsapp.channel import WhatsAppChannel
from bots.whatsapp.jids import format_jid
from bots.whatsapp.message_reader import (
    MAX_MESSAGE_AGE,
    OwnIdentity,
    album_id_of,
    deserialize_event,
    is_placeholder,
    parse_album_header,
    parse_message,
    serialize_event,
    update_id_of,
)
from models.columns import utc_now

SEEN_EMOJI = "👀"
RETRY_SECONDS = (
    30.0  # how long a message that could not be decrypted has to arrive after all: its sender is asked again
)
MIN_TIME = datetime.min.replace(tzinfo=UTC)
WHATSAPP_LIMITS = InboundLimits(max_concurrent=16)  # neonize loads each file whole into memory


class WhatsAppAdapter(UpdateAdapter[MessageEvent]):
    """Reads the messages of one session. `get_identity` returns the bot's own number once neonize knows it.

    WhatsApp counts a message as delivered when neonize reports it: until it is stored, it exists only here.
    """

    is_redelivered = False

    def __init__(
        self,
        channel: WhatsAppChannel,
        get_identity: Callable[[], OwnIdentity],
        clock: Callable[[], datetime] = utc_now,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._channel = channel
        self._get_identity = get_identity
        self._clock = clock
        self._retry_seconds = retry_seconds

    def id_of(self, update: MessageEvent) -> str:
        return update_id_of(update)

    def read(self, update: MessageEvent, is_album_open: IsAlbumOpen) -> ParsedMessage | AlbumHeader | None:
        since, is_addressed = self._clock() - MAX_MESSAGE_AGE, is_album_open(album_id_of(update))
        return parse_album_header(update) or self._parse(update, since, is_addressed=is_addressed)

    def serialize(self, update: MessageEvent) -> dict[str, object]:
        return serialize_event(update)

    def restore(self, body: dict[str, object]) -> ParsedMessage | None:
        """A stored message was found to be meant for the bot when it arrived."""
        return self._parse(deserialize_event(body), MIN_TIME, is_addressed=True)

    async def acknowledge(self, update: MessageEvent, inbound: Inbound, *, is_continued: bool) -> None:
        """Mark the message as read, with a reaction for files: for an album only at the first."""
        emoji = SEEN_EMOJI if inbound.attachments and not is_continued else None
        sender_jid = format_jid(update.Info.MessageSource.Sender)
        await self._channel.acknowledge(inbound.chat_ref, sender_jid, update.Info.ID, emoji)

    def _parse(self, event: MessageEvent, since: datetime, *, is_addressed: bool) -> ParsedMessage | None:
        inbound = parse_message(event, self._get_identity(), since, is_addressed=is_addressed)
        delay = self._retry_seconds if is_placeholder(event) else 0.0
        return ParsedMessage(inbound, album_id_of(event), delay) if inbound else None
