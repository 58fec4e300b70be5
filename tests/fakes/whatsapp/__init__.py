"""Fake of WhatsApp: strict, scriptable, below neonize's Python code.

neonize's Go library is replaced call by call; events are real protobufs and go through neonize's own dispatch.
Not reproduced: encryption, retries of messages that could not be decrypted, app state, and history.
"""

from fakes.whatsapp import contents, events
from fakes.whatsapp.chats import BotMessage, Chat, Edit
from fakes.whatsapp.fake import Call, FakeWhatsApp
from fakes.whatsapp.ffi import FakeGo, dispatch, in_process
from fakes.whatsapp.media import AUDIO, DOCUMENT, IMAGE, VIDEO, Stored
from fakes.whatsapp.people import Group, Person
from fakes.whatsapp.phones import Phone
from fakes.whatsapp.server import served

__all__ = [
    "AUDIO",
    "DOCUMENT",
    "IMAGE",
    "VIDEO",
    "BotMessage",
    "Call",
    "Chat",
    "Edit",
    "FakeGo",
    "FakeWhatsApp",
    "Group",
    "Person",
    "Phone",
    "Stored",
    "contents",
    "dispatch",
    "events",
    "in_process",
    "served",
]
