"""The shapes: events as the library tells them, and messages as we build them, without anything that changes by the
day."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fakes.whatsapp import AUDIO, DOCUMENT, IMAGE, VIDEO, StoredMedia, contents, events
from google.protobuf import text_format
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as E
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message, MessageAssociation

from bots.core.channel import Choice, Inbound, RenderedMessage
from bots.core.delivery.text_menus import render_with_choices
from bots.whatsapp import encoder
from bots.whatsapp.message_reader import OwnIdentity, build_placeholder, parse_message
from bots.whatsapp.quotes import MessageQuote

HERE = Path(__file__).parent
AT = 1_795_600_000  # seconds since 1970
SINCE = datetime.fromtimestamp(AT - 3600, UTC)
ME = OwnIdentity(phone="5511990000001", lid="10005511990000001")
PHONE, LID = "5521980000001", "20005521980000001"
CHAT = f"{LID}@lid"
GROUP = "120363000000000001"
BY_LID = events.MessageOrigin(
    events.build_jid(LID, events.LID_SERVER),
    events.build_jid(LID, events.LID_SERVER, 7),
    events.build_jid(PHONE),
    name="Ana Lima",
)
BY_PHONE = events.MessageOrigin(events.build_jid(PHONE), events.build_jid(PHONE, device=7), name="Ana Lima")
IN_GROUP = dataclasses.replace(BY_LID, chat=events.build_jid(GROUP, events.GROUP_SERVER))
SEEN = contents.build_text("Your films.")


def _stored(kind: int) -> StoredMedia:
    return StoredMedia(b"content", kind, f"/v/t62.{kind}/1_n.enc", b"\0key\0" * 6 + b"\0\0", b"s\0" * 16, b"e\0" * 16)


def _still(content: Message) -> Message:
    """Without what depends on the day or the machine."""
    for field, body in content.ListFields():
        if field.message_type is None:
            continue
        for name, value in (("mediaKeyTimestamp", AT), ("JPEGThumbnail", b"\xff\xd8thumb"), ("timestampMS", AT * 1000)):
            if name in body.DESCRIPTOR.fields_by_name and body.HasField(name):
                setattr(body, name, value)
    return content


def _event(content: Message, origin: events.MessageOrigin = BY_LID, at: float = AT, **flags: bool) -> N.Message:
    return events.build_message(_still(content), origin, "3EB0C0FFEE0001", at, **flags)


def _wrapped(wrapping: str, content: Message) -> Message:
    message = Message()
    getattr(message, wrapping).message.CopyFrom(_still(content))
    return message


def _quoting(words: str, writer: str) -> Message:
    return contents.add_quote(contents.build_text(words), "3EB0MENU", writer, SEEN)


def _copy(kind: int) -> Message:
    """The same picture or video, in its better quality."""
    content = _picture()
    content.messageContextInfo.messageAssociation.associationType = kind
    return content


def _picture(caption: str = "") -> Message:
    return contents.build_image(_stored(IMAGE), caption)


def _video(caption: str = "", **how: bool) -> Message:
    return contents.build_video(_stored(VIDEO), caption, **how)


def _sticker_and_more() -> dict[str, Message]:
    return {
        "sticker": contents.build_sticker(_stored(IMAGE)),
        "location": contents.build_location(),
        "contact": contents.build_contact(),
        "poll": contents.build_poll(),
    }


def _subtitles() -> Message:
    """As some phones send them, with the type of a sound."""
    return contents.build_document(_stored(DOCUMENT), "legendas.ass", "audio/aac")


def _wrapped_and_masked() -> dict[str, N.Message]:
    undecryptable = events.build_undecryptable(BY_LID, "3EB0C0FFEE0001", AT)
    masked = build_placeholder(undecryptable)
    assert masked is not None
    options = contents.build_poll().pollCreationMessageV3
    return {
        **{f"in-{name}": _event(_wrapped(name, _picture("cat"))) for name in ("spoilerMessage", "botForwardedMessage")},
        "poll-in-wrapper": _event(_wrapped("pollCreationMessageV4", Message(pollCreationMessage=options))),
        "business-template": _event(Message(templateMessage=E.TemplateMessage(templateID="t"))),
        "undecryptable": masked,
        "pinned": _event(Message(pinInChatMessage=E.PinInChatMessage(type=E.PinInChatMessage.PIN_FOR_ALL))),
    }


def inbound() -> dict[str, N.Message]:
    """Everything that arrives, by name."""
    mine, wrong = f"{ME.phone}@s.whatsapp.net", "5531970000002@s.whatsapp.net"
    plain = contents.build_text("  Oi!\n")
    return {
        "text": _event(plain),
        "text-by-phone": _event(plain, BY_PHONE),
        "text-timed-in-seconds": _in_seconds(_event(plain)),
        "text-with-link": _event(contents.build_extended_text("see https://example.com")),
        "text-with-nul": _event(contents.build_text("a\0b")),
        "picture": _event(_picture()),
        "picture-with-caption": _event(_picture("my cat")),
        "video": _event(_video("look")),
        "gif": _event(_video(is_gif=True)),
        "round-video": _event(contents.build_round_video(_stored(VIDEO))),
        "voice": _event(contents.build_voice(_stored(AUDIO))),
        "audio": _event(contents.build_audio(_stored(AUDIO))),
        "document": _event(contents.build_document(_stored(DOCUMENT), "words.srt", "application/x-subrip")),
        "document-picture": _event(contents.build_document(_stored(DOCUMENT), "cat.png", "image/png")),
        "document-untold": _event(contents.build_document(_stored(DOCUMENT), "film.mov", "application/octet-stream")),
        "document-with-caption": _event(
            contents.build_document(_stored(DOCUMENT), "a.pdf", "application/pdf", "read this"),
            IsDocumentWithCaption=True,
        ),
        "document-still-wrapped": _event(
            _wrapped(
                "documentWithCaptionMessage", contents.build_document(_stored(DOCUMENT), "a.png", "image/png", "hi")
            )
        ),
        "album-before": _event(contents.build_album(3, 1)),
        "album-item": _event(contents.add_to_album(_picture("one of four"), "3EB0ALBUM", CHAT)),
        "view-once": _event(_picture("once"), IsViewOnce=True),
        "view-once-still-wrapped": _event(_wrapped("viewOnceMessageV2", _picture("once"))),
        "ephemeral-still-wrapped": _event(_wrapped("ephemeralMessage", _wrapped("viewOnceMessage", _picture()))),
        "picture-without-key": _event(_without_key(_picture("gone"))),
        **_wrapped_and_masked(),
        "edited": _event(contents.build_edit("3EB0OLD", CHAT, "corrected"), IsEdit=True),
        "quoting-us": _event(_quoting("2", mine)),
        "quoting-another": _event(_quoting("2", wrong)),
        "subtitles-quoting-video": _event(
            contents.add_quote(_subtitles(), "3EB0VIDEO", f"{PHONE}@s.whatsapp.net", _still(_video("my talk")))
        ),
        "subtitles-quoting-our-film": _event(
            contents.add_quote(_subtitles(), "3EB0FILM", mine, _still(_video("Done!")))
        ),
        "forwarded": _event(contents.mark_forwarded(_video())),
        "list-answer": _event(contents.build_list_reply("row", "Settings")),
        "button-answer": _event(contents.build_button_reply("id", "Balance")),
        **{name: _event(content) for name, content in _sticker_and_more().items()},
        "reaction": _event(contents.build_reaction("3EB0OLD", CHAT, "👍")),
        "deletion": _event(contents.build_revocation("3EB0OLD", CHAT)),
        "second-quality": _event(_copy(MessageAssociation.HD_IMAGE_DUAL_UPLOAD)),
        "empty": _event(Message()),
        "group": _event(plain, IN_GROUP),
        "group-command": _event(contents.build_text("/settings"), IN_GROUP),
        "group-mention-by-phone": _event(contents.build_mention(f"@{ME.phone} saldo", mine), IN_GROUP),
        "group-mention-by-lid": _event(contents.build_mention(f"hey @{ME.lid}, 2", f"{ME.lid}@lid"), IN_GROUP),
        "group-mention-of-another": _event(contents.build_mention("@5531970000002 hi", wrong), IN_GROUP),
        "group-picture-with-mention": _event(
            contents.add_context(_picture(f"@{ME.phone}"), ContextInfo(mentionedJID=[mine])), IN_GROUP
        ),
        "group-mention-quoting-picture": _event(
            contents.add_quote(
                contents.build_text(f"@{ME.phone} "), "3EB0PICTURE", wrong, _still(_picture("look")), [mine]
            ),
            IN_GROUP,
        ),
        "group-mention-quoting-spoiler": _event(
            contents.add_quote(
                contents.build_text(f"desenha isso @{ME.lid}"),
                "3EB0PICTURE",
                wrong,
                _wrapped("spoilerMessage", _picture()),
                [f"{ME.lid}@lid"],
            ),
            IN_GROUP,
        ),
        "group-quoting-us": _event(_quoting("1", f"{ME.lid}@lid"), IN_GROUP),
        "group-quoting-another": _event(_quoting("1", wrong), IN_GROUP),
        "status": _event(plain, dataclasses.replace(BY_PHONE, chat=events.build_jid("status", "broadcast"))),
        "broadcast-list": _event(
            plain, dataclasses.replace(BY_PHONE, chat=events.build_jid("1700000000", "broadcast"))
        ),
        "newsletter": _event(plain, dataclasses.replace(BY_PHONE, chat=events.build_jid("1203630", "newsletter"))),
        "own": _event(plain, dataclasses.replace(BY_PHONE, is_from_me=True)),
        "history": _event(plain, at=AT - 7200),
    }


def _in_seconds(event: N.Message) -> N.Message:
    """As older versions of the library told the time."""
    event.Info.Timestamp = AT
    return event


def _without_key(content: Message) -> Message:
    content.imageMessage.ClearField("mediaKey")
    return content


def outbound() -> dict[str, Message]:
    """Everything that leaves, by name."""
    uploaded = N.UploadResponse(
        url="https://mmg.whatsapp.net/v/1",
        DirectPath="/v/1",
        Handle="",
        MediaKey=b"\0key\0" * 6 + b"\0\0",
        FileEncSHA256=b"e\0" * 16,
        FileSHA256=b"s\0" * 16,
        FileLength=123_456,
    )
    shape = encoder.MediaAttributes(1280, 720, 9.6, b"\xff\xd8thumb")
    film, quote = encoder.encode_video(uploaded, shape), MessageQuote("3EB0C0FFEE0001", CHAT, "imageMessage", "my cat")
    menu = RenderedMessage(
        "Your films.", ((Choice("a", "Hand"), Choice("b", "Style")), (Choice("", "Pay", "https://pay.example"),))
    )
    now = AT * 1000
    return {
        "text": encoder.encode_text("Hi! @5511987654321 is no mention"),
        "menu": encoder.encode_text(render_with_choices(menu)),
        "answer": encoder.encode_text("Got it!", quote),
        **{
            f"answer-to-{kind}": encoder.encode_text("Got it!", MessageQuote("3EB0", CHAT, kind, "words"))
            for kind in QUOTED
        },
        "edit": encoder.encode_edit(CHAT, "3EB0OURS", "Done!", now),
        "reaction": encoder.encode_reaction(CHAT, CHAT, "3EB0THEIRS", "👀", now),
        "reaction-in-group": encoder.encode_reaction(f"{GROUP}@g.us", CHAT, "3EB0THEIRS", "👀", now),
        "film": encoder.add_caption(film, "Here is your drawing!", quote),
        "film-without-words": encoder.add_caption(film, ""),
        "document": encoder.add_caption(
            encoder.encode_document(uploaded, "rabisco-1.mp4", shape), "The original", quote
        ),
        "document-unknown": encoder.add_caption(
            encoder.encode_document(uploaded, "words", encoder.MediaAttributes()), ""
        ),
        "picture": encoder.add_caption(encoder.encode_image(uploaded, encoder.MediaAttributes(400, 400)), "Scan this"),
        "voice": encoder.add_caption(encoder.encode_voice(uploaded, 3.2), "", quote),
    }


QUOTED = ("conversation", "videoMessage", "ptvMessage", "audioMessage", "documentMessage", "stickerMessage")


def read_as(event: N.Message) -> str:
    """What an event is read as, as JSON."""
    return json.dumps(_plain(parse_message(event, ME, SINCE)), indent=2, ensure_ascii=False) + "\n"


def printed(message: Any) -> str:
    return text_format.MessageToString(message, as_utf8=True)


def _plain(found: Inbound | None) -> dict[str, Any] | None:
    """What is not as it would be anyway."""
    if found is None:
        return None
    told = {
        field.name: getattr(found, field.name)
        for field in dataclasses.fields(found)
        if field.name == "text" or getattr(found, field.name) != field.default
    }
    return {name: _value(value) for name, value in told.items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _value(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return [_value(each) for each in value] if isinstance(value, tuple) else value


def golden() -> Mapping[Path, Callable[[], str]]:
    """Every file, and what makes its content."""
    files: dict[Path, Callable[[], str]] = {}
    for name, event in inbound().items():
        files[HERE / "in" / f"{name}.txtpb"] = lambda event=event: printed(event)
        files[HERE / "in" / f"{name}.json"] = lambda event=event: read_as(event)
    for name, message in outbound().items():
        files[HERE / "out" / f"{name}.txtpb"] = lambda message=message: printed(message)
    return files
