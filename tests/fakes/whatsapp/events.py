"""Events for a client: real protobufs, encoded as neonize's Go library does it."""

import time
from dataclasses import dataclass, field
from typing import Any

from neonize.events import EVENT_TO_INT
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

PEOPLE, LIDS, GROUPS = "s.whatsapp.net", "lid", "g.us"
EMPTY = N.JID(User="", RawAgent=0, Device=0, Integrator=0, Server="", IsEmpty=True)
MEDIA = {
    "imageMessage": "image",
    "videoMessage": "video",
    "ptvMessage": "ptv",
    "audioMessage": "audio",
    "documentMessage": "document",
    "stickerMessage": "sticker",
}


def jid(user: str, server: str = PEOPLE, device: int = 0) -> N.JID:
    return N.JID(User=user, RawAgent=0, Device=device, Integrator=0, Server=server, IsEmpty=False)


def spelled(address: N.JID) -> str:
    """`user@server`, without the device."""
    return f"{address.User}@{address.Server}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Sender and chat. `alternate_sender` is the sender's second identity: the phone number, or the LID."""

    chat: N.JID
    sender: N.JID
    other: N.JID = field(default_factory=lambda: EMPTY)
    name: str = "Person"
    is_from_me: bool = False


def message(
    content: Message, origin: Origin, message_id: str = "3EB0C0FFEE0001", at: float | None = None, **flags: Any
) -> N.Message:
    """A message as a client receives it: already unwrapped, its wrappers given as `flags` (IsViewOnce, ...).

    `at` is seconds since 1970; the event has milliseconds.
    """
    kind = next((MEDIA[name.name] for name, _ in content.ListFields() if name.name in MEDIA), "")
    info = N.MessageInfo(
        MessageSource=_source(origin),
        ID=message_id,
        ServerID=0,
        Type="media" if kind else "text",
        Pushname=origin.name,
        Timestamp=int((time.time() if at is None else at) * 1000),
        Category="",
        Multicast=False,
        MediaType=kind,
        Edit="1" if flags.get("IsEdit") else "",
    )
    wrapped = dict.fromkeys(
        ("IsEphemeral", "IsViewOnce", "IsViewOnceV2", "IsViewOnceV2Extension", "IsDocumentWithCaption"), False
    )
    rest = {"IsLottieSticker": False, "IsEdit": False, "UnavailableRequestID": "", "RetryCount": 0}
    return N.Message(Info=info, Message=content, Raw=content, **{**wrapped, **rest, **flags})


def _source(origin: Origin) -> N.MessageSource:
    return N.MessageSource(
        Chat=origin.chat,
        Sender=origin.sender,
        IsFromMe=origin.is_from_me,
        IsGroup=origin.chat.Server == GROUPS,
        SenderAlt=origin.other,
        RecipientAlt=EMPTY,
        BroadcastListOwner=EMPTY,
    )


def device(me: N.JID, lid: N.JID) -> N.Device:
    """The client's own identity, its first event."""
    return N.Device(JID=me, LID=lid, Platform="android", BussinessName="", PushName="Rabisco", Initialized=True)


def paired(me: N.JID) -> N.PairStatus:
    return N.PairStatus(ID=me, BusinessName="", Platform="android", Status=N.PairStatus.SUCCESS)


def not_paired(me: N.JID, error: str) -> N.PairStatus:
    return N.PairStatus(ID=me, BusinessName="", Platform="android", Status=N.PairStatus.ERROR, Error=error)


def connected() -> N.Connected:
    return N.Connected(status=True)


def disconnected() -> N.Disconnected:
    return N.Disconnected(status=True)


def logged_out(*, on_connect: bool = False, reason: str = "LOGGED_OUT") -> N.LoggedOut:
    """The reason UNKNOWN_LOGOUT means a permanent ban."""
    return N.LoggedOut(OnConnect=on_connect, Reason=N.ConnectFailureReason.Value(reason))


def temporary_ban(seconds: int = 3600, reason: str = "SENT_TOO_MANY_SAME_MESSAGE") -> N.TemporaryBan:
    return N.TemporaryBan(Code=N.TemporaryBan.TempBanReason.Value(reason), Expire=seconds)


def replaced() -> N.StreamReplaced:
    return N.StreamReplaced()


def outdated() -> N.ClientOutdated:
    return N.ClientOutdated()


def offline_sync(count: int = 0) -> N.OfflineSyncCompleted:
    return N.OfflineSyncCompleted(Count=count)


def code_of(event: Any) -> int:
    """The Go library's number for events of this type."""
    return EVENT_TO_INT[type(event)]
