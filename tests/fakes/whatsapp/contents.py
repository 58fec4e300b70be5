"""Contents of users' messages, as WhatsApp's apps encode them."""

import io
import time
from collections.abc import Iterable
from typing import Any

from fakes.whatsapp.media import Stored
from neonize.proto.waCommon.WACommon_pb2 import MessageKey
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as E
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message
from PIL import Image


def sample_thumbnail() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 36), (90, 120, 150)).save(buffer, "JPEG")
    return buffer.getvalue()


def text(words: str) -> Message:
    return Message(conversation=words)


def long_text(words: str, context: ContextInfo | None = None) -> Message:
    """Text with a context: a quote, a mention, a link."""
    return Message(extendedTextMessage=E.ExtendedTextMessage(text=words, contextInfo=context))


def picture(stored: Stored, caption: str = "", size: tuple[int, int] = (640, 360), mime: str = "image/jpeg") -> Message:
    return Message(
        imageMessage=E.ImageMessage(
            mimetype=mime,
            width=size[0],
            height=size[1],
            JPEGThumbnail=sample_thumbnail(),
            **_file(stored),
            **_caption(caption),
        )
    )


def video(stored: Stored, caption: str = "", seconds: int = 5, *, is_gif: bool = False) -> Message:
    return Message(videoMessage=_film(stored, seconds, gifPlayback=is_gif, **_caption(caption)))


def round_video(stored: Stored, seconds: int = 5) -> Message:
    return Message(ptvMessage=_film(stored, seconds))


def voice(stored: Stored, seconds: int = 3) -> Message:
    about = {"mimetype": "audio/ogg; codecs=opus", "seconds": seconds, "PTT": True, "waveform": b"\x00\x10\x20"}
    return Message(audioMessage=E.AudioMessage(**about, **_file(stored)))


def audio(stored: Stored, seconds: int = 3, mime: str = "audio/mpeg") -> Message:
    return Message(audioMessage=E.AudioMessage(mimetype=mime, seconds=seconds, PTT=False, **_file(stored)))


def document(stored: Stored, name: str, mime: str, caption: str = "") -> Message:
    about = {"mimetype": mime, "title": name, "fileName": name}
    return Message(documentMessage=E.DocumentMessage(**about, **_file(stored), **_caption(caption)))


def sticker(stored: Stored) -> Message:
    return Message(stickerMessage=E.StickerMessage(mimetype="image/webp", width=512, height=512, **_file(stored)))


def location() -> Message:
    return Message(locationMessage=E.LocationMessage(degreesLatitude=-23.55, degreesLongitude=-46.63))


def contact() -> Message:
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nEND:VCARD"
    return Message(contactMessage=E.ContactMessage(displayName="Ana", vcard=card))


def poll() -> Message:
    options = [E.PollCreationMessage.Option(optionName=name) for name in ("yes", "no")]
    return Message(pollCreationMessageV3=E.PollCreationMessage(name="Well?", options=options))


def album(pictures: int, videos: int = 0) -> Message:
    """The announcement sent before the items of an album."""
    return Message(albumMessage=E.AlbumMessage(expectedImageCount=pictures, expectedVideoCount=videos))


def in_album(content: Message, parent: str, chat: str) -> Message:
    content.messageContextInfo.messageAssociation.associationType = E.MessageAssociation.MEDIA_ALBUM
    content.messageContextInfo.messageAssociation.parentMessageKey.CopyFrom(
        MessageKey(remoteJID=chat, fromMe=False, ID=parent)
    )
    return content


def list_answer(row: str, title: str) -> Message:
    """A row chosen from a list message."""
    chosen = E.ListResponseMessage.SingleSelectReply(selectedRowID=row)
    return Message(listResponseMessage=E.ListResponseMessage(title=title, singleSelectReply=chosen))


def button_answer(button: str, label: str) -> Message:
    return Message(buttonsResponseMessage=E.ButtonsResponseMessage(selectedButtonID=button, selectedDisplayText=label))


def reaction(message_id: str, chat: str, emoji: str) -> Message:
    key = MessageKey(remoteJID=chat, fromMe=True, ID=message_id)
    return Message(reactionMessage=E.ReactionMessage(key=key, text=emoji, senderTimestampMS=_now()))


def edit(message_id: str, chat: str, words: str) -> Message:
    """An edit as the client delivers it, unwrapped."""
    key = MessageKey(remoteJID=chat, fromMe=False, ID=message_id)
    kind = E.ProtocolMessage.MESSAGE_EDIT
    change = E.ProtocolMessage(key=key, type=kind, editedMessage=text(words), timestampMS=_now())
    return Message(protocolMessage=change)


def revocation(message_id: str, chat: str) -> Message:
    key = MessageKey(remoteJID=chat, fromMe=False, ID=message_id)
    return Message(protocolMessage=E.ProtocolMessage(key=key, type=E.ProtocolMessage.REVOKE))


def quoting(content: Message, message_id: str, writer: str, quoted: Message, mentions: Iterable[str] = ()) -> Message:
    """The message as a reply to another one, sent by `sender_jid`."""
    context = ContextInfo(stanzaID=message_id, participant=writer, quotedMessage=quoted, mentionedJID=mentions)
    return with_context(content, context)


def mentioning(words: str, *people: str) -> Message:
    return long_text(words, ContextInfo(mentionedJID=people))


def forwarded(content: Message) -> Message:
    return with_context(content, ContextInfo(isForwarded=True, forwardingScore=1))


def with_context(content: Message, context: ContextInfo) -> Message:
    if content.HasField("conversation"):
        return long_text(content.conversation, context)
    name = next(field.name for field, _ in content.ListFields() if field.name != "messageContextInfo")
    getattr(content, name).contextInfo.MergeFrom(context)
    return content


def _film(stored: Stored, seconds: int, **about: Any) -> E.VideoMessage:
    shape = {"seconds": seconds, "width": 640, "height": 360, "JPEGThumbnail": sample_thumbnail()}
    return E.VideoMessage(mimetype="video/mp4", **shape, **_file(stored), **about)


def _file(stored: Stored) -> dict[str, Any]:
    return {
        "URL": stored.url,
        "directPath": stored.direct_path,
        "mediaKey": stored.media_key,
        "fileSHA256": stored.sha256,
        "fileEncSHA256": stored.enc_sha256,
        "fileLength": len(stored.content),
        "mediaKeyTimestamp": int(time.time()),
    }


def _caption(words: str) -> dict[str, str]:
    return {"caption": words} if words else {}


def _now() -> int:
    return int(time.time() * 1000)
