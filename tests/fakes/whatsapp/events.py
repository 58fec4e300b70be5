"""Events for a client: real protobufs, encoded as neonize's Go library does it."""

import time
from dataclasses import dataclass, field
from typing import Any

from neonize.events import EVENT_TO_INT
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

USER_SERVER, LID_SERVER, GROUP_SERVER = "s.whatsapp.net", "lid", "g.us"
EMPTY_JID = N.JID(User="", RawAgent=0, Device=0, Integrator=0, Server="", IsEmpty=True)
MEDIA_TYPES = {
    "imageMessage": "image",
    "videoMessage": "video",
    "ptvMessage": "ptv",
    "audioMessage": "audio",
    "documentMessage": "document",
    "stickerMessage": "sticker",
}


def build_jid(user: str, server: str = USER_SERVER, device: int = 0) -> N.JID:
    return N.JID(User=user, RawAgent=0, Device=device, Integrator=0, Server=server, IsEmpty=False)


def format_jid(target_jid: N.JID) -> str:
    """`user@server`, without the device."""
    return f"{target_jid.User}@{target_jid.Server}"


@dataclass(frozen=True, slots=True)
class MessageOrigin:
    """Sender and chat. `alternate_sender` is the sender's second identity: the phone number, or the LID."""

    chat: N.JID
    sender: N.JID
    alternate_sender: N.JID = field(default_factory=lambda: EMPTY_JID)
    name: str = "Person"
    is_from_me: bool = False


def build_message(
    content: Message, origin: MessageOrigin, message_id: str = "3EB0C0FFEE0001", at: float | None = None, **flags: Any
) -> N.Message:
    """A message as a client receives it: already unwrapped, its wrappers given as `flags` (IsViewOnce, ...).

    `at` is seconds since 1970; the event has milliseconds.
    """
    media_type = next((MEDIA_TYPES[name.name] for name, _ in content.ListFields() if name.name in MEDIA_TYPES), "")
    info = _build_info(origin, message_id, at, media_type)
    info.Edit = "1" if flags.get("IsEdit") else ""
    wrapper_flags = dict.fromkeys(
        ("IsEphemeral", "IsViewOnce", "IsViewOnceV2", "IsViewOnceV2Extension", "IsDocumentWithCaption"), False
    )
    other_flags = {"IsLottieSticker": False, "IsEdit": False, "UnavailableRequestID": "", "RetryCount": 0}
    return N.Message(Info=info, Message=content, Raw=content, **{**wrapper_flags, **other_flags, **flags})


def build_undecryptable(
    origin: MessageOrigin,
    message_id: str,
    at: float | None = None,
    *,
    is_unavailable: bool = True,
    is_hidden: bool = False,
) -> N.UndecryptableMessage:
    """What a client receives in place of a message: `is_unavailable` for one that WhatsApp gives to the phone alone,
    such as a view-once message, else for one it could not decrypt; `is_hidden` for one that apps do not show."""
    mode = N.UndecryptableMessage.DECRYPT_FAIL_HIDE if is_hidden else N.UndecryptableMessage.DECRYPT_FAIL_SHOW
    info = _build_info(origin, message_id, at, "")
    return N.UndecryptableMessage(Info=info, IsUnavailable=is_unavailable, DecryptFailMode=mode)


def _build_info(origin: MessageOrigin, message_id: str, at: float | None, media_type: str) -> N.MessageInfo:
    return N.MessageInfo(
        MessageSource=_build_source(origin),
        ID=message_id,
        ServerID=0,
        Type="media" if media_type else "text",
        Pushname=origin.name,
        Timestamp=int((time.time() if at is None else at) * 1000),
        Category="",
        Multicast=False,
        MediaType=media_type,
        Edit="",
    )


def _build_source(origin: MessageOrigin) -> N.MessageSource:
    return N.MessageSource(
        Chat=origin.chat,
        Sender=origin.sender,
        IsFromMe=origin.is_from_me,
        IsGroup=origin.chat.Server == GROUP_SERVER,
        SenderAlt=origin.alternate_sender,
        RecipientAlt=EMPTY_JID,
        BroadcastListOwner=EMPTY_JID,
    )


def build_device(own_jid: N.JID, lid: N.JID) -> N.Device:
    """The client's own identity, its first event."""
    return N.Device(JID=own_jid, LID=lid, Platform="android", BussinessName="", PushName="Rabisco", Initialized=True)


def build_pair_status(own_jid: N.JID) -> N.PairStatus:
    return N.PairStatus(ID=own_jid, BusinessName="", Platform="android", Status=N.PairStatus.SUCCESS)


def build_pair_error(own_jid: N.JID, error: str) -> N.PairStatus:
    return N.PairStatus(ID=own_jid, BusinessName="", Platform="android", Status=N.PairStatus.ERROR, Error=error)


def build_connected() -> N.Connected:
    return N.Connected(status=True)


def build_disconnected() -> N.Disconnected:
    return N.Disconnected(status=True)


def build_logged_out(*, on_connect: bool = False, reason: str = "LOGGED_OUT") -> N.LoggedOut:
    """The reason UNKNOWN_LOGOUT means a permanent ban."""
    return N.LoggedOut(OnConnect=on_connect, Reason=N.ConnectFailureReason.Value(reason))


def build_temporary_ban(seconds: int = 3600, reason: str = "SENT_TOO_MANY_SAME_MESSAGE") -> N.TemporaryBan:
    return N.TemporaryBan(Code=N.TemporaryBan.TempBanReason.Value(reason), Expire=seconds)


def build_stream_replaced() -> N.StreamReplaced:
    return N.StreamReplaced()


def build_client_outdated() -> N.ClientOutdated:
    return N.ClientOutdated()


def build_offline_sync(count: int = 0) -> N.OfflineSyncCompleted:
    return N.OfflineSyncCompleted(Count=count)


def event_code_of(event: Any) -> int:
    """The Go library's number for events of this type."""
    return EVENT_TO_INT[type(event)]
