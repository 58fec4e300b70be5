"""Fake of WhatsApp: strict, scriptable, below neonize's Python code.

neonize's Go library is replaced call by call; events are real protobufs and go through neonize's own dispatch.
Not reproduced: encryption, retries of messages that could not be decrypted, app state, and history.
"""

from fakes.whatsapp import contents, events
from fakes.whatsapp.chats import WhatsAppBotMessage, WhatsAppChat, WhatsAppMessageEdit
from fakes.whatsapp.fake import FakeWhatsApp, WhatsAppCall
from fakes.whatsapp.ffi import FakeGoLibrary, connect_in_process, dispatch_event
from fakes.whatsapp.media_server import AUDIO, DOCUMENT, IMAGE, VIDEO, StoredMedia
from fakes.whatsapp.people import WhatsAppGroup, WhatsAppPerson
from fakes.whatsapp.phones import FakePhone
from fakes.whatsapp.server import serve_whatsapp

__all__ = [
    "AUDIO",
    "DOCUMENT",
    "IMAGE",
    "VIDEO",
    "FakeGoLibrary",
    "FakePhone",
    "FakeWhatsApp",
    "StoredMedia",
    "WhatsAppBotMessage",
    "WhatsAppCall",
    "WhatsAppChat",
    "WhatsAppGroup",
    "WhatsAppMessageEdit",
    "WhatsAppPerson",
    "connect_in_process",
    "contents",
    "dispatch_event",
    "events",
    "serve_whatsapp",
]
