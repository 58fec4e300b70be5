"""Simulated users over HTTP, for a bot in another process, and a small page to chat with it by hand.

GET /sim the page; GET /sim/transcript?person=; POST /sim/send (form: person, text or caption, file, kind);
POST /sim/press (form: person, message, data); GET /sim/media/{chat}/{message};
POST /sim/fail (JSON: method, times, chat, and code, description, parameters of the error, or none for a lost response).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakes.telegram_api.errors import TelegramApiError
from fakes.telegram_api.files import TelegramMedia
from fakes.telegram_api.people import build_document, build_photo, build_video
from fakes.telegram_api.transcript import TelegramBotMessage
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram
    from fakes.telegram_api.people import TelegramPerson

PAGE = Path(__file__).with_name("sim.html")


class Simulator:
    def __init__(self, fake: "FakeTelegram") -> None:
        self._fake = fake

    def build_routes(self) -> list[BaseRoute]:
        return [
            Route("/sim", self.serve_page),
            Route("/sim/transcript", self.serve_transcript),
            Route("/sim/send", self.send, methods=["POST"]),
            Route("/sim/press", self.handle_press, methods=["POST"]),
            Route("/sim/fail", self.handle_fail, methods=["POST"]),
            Route("/sim/media/{chat:int}/{message:int}", self.serve_media),
        ]

    async def serve_page(self, _request: Request) -> Response:
        return FileResponse(PAGE)

    async def serve_transcript(self, request: Request) -> Response:
        chat = self._get_person(request.query_params).chat
        with self._fake.condition.read():
            bot_messages = {message.message_id: message for message in chat.messages if not message.is_deleted}
            shown = [
                _describe_bot_message(bot_messages[number]) if number in bot_messages else _describe_user_message(body)
                for number, body in chat.bodies.items()
            ]
        return JSONResponse(shown)

    async def send(self, request: Request) -> Response:
        async with request.form() as form:
            person, text, upload = self._get_person(form), str(form.get("text", "")), form.get("file")
            if not isinstance(upload, UploadFile):
                return JSONResponse(person.send_text(text))
            media = _build_media(upload, str(form.get("kind", "")), await upload.read())
            return JSONResponse(person.send_media(media, text))

    async def handle_press(self, request: Request) -> Response:
        async with request.form() as form:
            person = self._get_person(form)
            message = person.chat.find_message(int(str(form["message"])))
            if message is None or message.find_button(str(form["data"])) is None:
                return Response(status_code=404)
            return JSONResponse(person.press_button(message, str(form["data"])))

    async def handle_fail(self, request: Request) -> Response:
        fields = await request.json()
        answer = None
        if fields.get("code"):
            answer = TelegramApiError(fields["code"], fields.get("description", ""), fields.get("parameters", {}))
        self._fake.fail_calls(fields["method"], answer, chat=fields.get("chat"), times=fields.get("times", 1))
        return JSONResponse({"ok": True})

    async def serve_media(self, request: Request) -> Response:
        chat = self._fake.find_chat(request.path_params["chat"])
        message = chat.find_message(request.path_params["message"]) if chat else None
        if message is None or message.media is None:
            return Response(status_code=404)
        return Response(message.media.content, media_type=message.media.mime)

    def _get_person(self, fields: Any) -> "TelegramPerson":
        return self._fake.get_person(int(str(fields.get("person", 1001))), str(fields.get("language", "en")))


def _build_media(upload: UploadFile, kind: str, content: bytes) -> TelegramMedia:
    name, mime = upload.filename or "file", upload.content_type or "application/octet-stream"
    if kind == "photo" or (not kind and mime in {"image/jpeg", "image/png"}):
        return build_photo(content)
    if kind == "video" or (not kind and mime == "video/mp4"):
        return build_video(content, name=name)
    return build_document(content, name, mime)


def _describe_bot_message(message: TelegramBotMessage) -> dict[str, Any]:
    media = message.media
    return {
        "id": message.message_id,
        "from": "bot",
        "kind": message.kind,
        "text": message.text,
        "reply_to": message.reply_to,
        "edits": len(message.edits),
        "buttons": [[{"label": one.label, "data": one.data, "url": one.url} for one in row] for row in message.buttons],
        "media": media and {"name": media.name, "bytes": len(media.content), "mime": media.mime, **media.declared},
    }


def _describe_user_message(body: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in ("photo", "video", "animation", "document", "voice", "audio") if kind in body]
    text = body.get("text", body.get("caption", ""))
    return {"id": body["message_id"], "from": "person", "kind": kinds[0] if kinds else "text", "text": text}
