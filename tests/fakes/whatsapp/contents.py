"""Contents of users' messages, as WhatsApp's apps encode them."""

import time
from collections.abc import Iterable
from typing import Any

from fakes.thumbnail import create_thumbnail
from fakes.whatsapp.media_server import StoredMedia
from neonize.proto.waCommon.WACommon_pb2 import MessageKey
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as E
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message


def build_text(text: str) -> Message:
    return Message(conversation=text)


def build_extended_text(text: str, context: ContextInfo | None = None) -> Message:
    """Text with a context: a quote, a mention, a link."""
    return Message(extendedTextMessage=E.ExtendedTextMessage(text=text, contextInfo=context))


def build_image(
    stored: StoredMedia, caption: str = "", size: tuple[int, int] = (640, 360), mime_type: str = "image/jpeg"
) -> Message:
    return Message(
        imageMessage=E.ImageMessage(
            mimetype=mime_type,
            width=size[0],
            height=size[1],
            JPEGThumbnail=create_thumbnail(),
            **_build_file_fields(stored),
            **_build_caption_field(caption),
        )
    )


def build_video(stored: StoredMedia, caption: str = "", seconds: int = 5, *, is_gif: bool = False) -> Message:
    return Message(
        videoMessage=_build_video_message(stored, seconds, gifPlayback=is_gif, **_build_caption_field(caption))
    )


def build_round_video(stored: StoredMedia, seconds: int = 5) -> Message:
    return Message(ptvMessage=_build_video_message(stored, seconds))


def build_voice(stored: StoredMedia, seconds: int = 3) -> Message:
    fields = {"mimetype": "audio/ogg; codecs=opus", "seconds": seconds, "PTT": True, "waveform": b"\x00\x10\x20"}
    return Message(audioMessage=E.AudioMessage(**fields, **_build_file_fields(stored)))


def build_audio(stored: StoredMedia, seconds: int = 3, mime_type: str = "audio/mpeg") -> Message:
    return Message(
        audioMessage=E.AudioMessage(mimetype=mime_type, seconds=seconds, PTT=False, **_build_file_fields(stored))
    )


def build_document(stored: StoredMedia, name: str, mime_type: str, caption: str = "") -> Message:
    fields = {"mimetype": mime_type, "title": name, "fileName": name}
    return Message(
        documentMessage=E.DocumentMessage(**fields, **_build_file_fields(stored), **_build_caption_field(caption))
    )


def build_sticker(stored: StoredMedia) -> Message:
    return Message(
        stickerMessage=E.StickerMessage(mimetype="image/webp", width=512, height=512, **_build_file_fields(stored))
    )


def build_location() -> Message:
    return Message(locationMessage=E.LocationMessage(degreesLatitude=-23.55, degreesLongitude=-46.63))


def build_contact() -> Message:
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nEND:VCARD"
    return Message(contactMessage=E.ContactMessage(displayName="Ana", vcard=card))


def build_poll() -> Message:
    options = [E.PollCreationMessage.Option(optionName=name) for name in ("yes", "no")]
    return Message(pollCreationMessageV3=E.PollCreationMessage(name="Well?", options=options))


def build_album(pictures: int, videos: int = 0) -> Message:
    """The announcement sent before the items of an album."""
    return Message(albumMessage=E.AlbumMessage(expectedImageCount=pictures, expectedVideoCount=videos))


def add_to_album(content: Message, album_id: str, chat: str) -> Message:
    content.messageContextInfo.messageAssociation.associationType = E.MessageAssociation.MEDIA_ALBUM
    content.messageContextInfo.messageAssociation.parentMessageKey.CopyFrom(
        MessageKey(remoteJID=chat, fromMe=False, ID=album_id)
    )
    return content


def build_list_reply(row: str, title: str) -> Message:
    """A row chosen from a list message."""
    chosen = E.ListResponseMessage.SingleSelectReply(selectedRowID=row)
    return Message(listResponseMessage=E.ListResponseMessage(title=title, singleSelectReply=chosen))


def build_button_reply(button: str, label: str) -> Message:
    return Message(buttonsResponseMessage=E.ButtonsResponseMessage(selectedButtonID=button, selectedDisplayText=label))


def build_reaction(message_id: str, chat: str, emoji: str) -> Message:
    key = MessageKey(remoteJID=chat, fromMe=True, ID=message_id)
    return Message(reactionMessage=E.ReactionMessage(key=key, text=emoji, senderTimestampMS=_get_now_ms()))


def build_edit(message_id: str, chat: str, new_text: str) -> Message:
    """An edit as the client delivers it, unwrapped."""
    key = MessageKey(remoteJID=chat, fromMe=False, ID=message_id)
    kind = E.ProtocolMessage.MESSAGE_EDIT
    change = E.ProtocolMessage(key=key, type=kind, editedMessage=build_text(new_text), timestampMS=_get_now_ms())
    return Message(protocolMessage=change)


def build_revocation(message_id: str, chat: str) -> Message:
    key = MessageKey(remoteJID=chat, fromMe=False, ID=message_id)
    return Message(protocolMessage=E.ProtocolMessage(key=key, type=E.ProtocolMessage.REVOKE))


def add_quote(
    content: Message, message_id: str, sender_jid: str, quoted: Message, mentions: Iterable[str] = ()
) -> Message:
    """The message as a reply to another one, sent by `sender_jid`."""
    context = ContextInfo(stanzaID=message_id, participant=sender_jid, quotedMessage=quoted, mentionedJID=mentions)
    return add_context(content, context)


def build_mention(text: str, *jids: str) -> Message:
    return build_extended_text(text, ContextInfo(mentionedJID=jids))


def mark_forwarded(content: Message) -> Message:
    return add_context(content, ContextInfo(isForwarded=True, forwardingScore=1))


def add_context(content: Message, context: ContextInfo) -> Message:
    if content.HasField("conversation"):
        return build_extended_text(content.conversation, context)
    name = next(field.name for field, _ in content.ListFields() if field.name != "messageContextInfo")
    getattr(content, name).contextInfo.MergeFrom(context)
    return content


def _build_video_message(stored: StoredMedia, seconds: int, **about: Any) -> E.VideoMessage:
    attributes = {"seconds": seconds, "width": 640, "height": 360, "JPEGThumbnail": create_thumbnail()}
    return E.VideoMessage(mimetype="video/mp4", **attributes, **_build_file_fields(stored), **about)


def _build_file_fields(stored: StoredMedia) -> dict[str, Any]:
    return {
        "URL": stored.url,
        "directPath": stored.direct_path,
        "mediaKey": stored.media_key,
        "fileSHA256": stored.sha256,
        "fileEncSHA256": stored.enc_sha256,
        "fileLength": len(stored.content),
        "mediaKeyTimestamp": int(time.time()),
    }


def _build_caption_field(caption: str) -> dict[str, str]:
    return {"caption": caption} if caption else {}


def _get_now_ms() -> int:
    return int(time.time() * 1000)
