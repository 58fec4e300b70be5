"""Simulated users over HTTP, for a bot in another process, and a small page to chat with it by hand.

GET /sim the page; GET /sim/transcript?person=; POST /sim/send (form: person, text or caption, file, kind);
POST /sim/press (form: person, message, data); GET /sim/media/{chat}/{message};
POST /sim/fail (JSON: method, times, chat, and code, description, parameters of the error, or none for a lost response).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakes.telegram_api.errors import ApiError
from fakes.telegram_api.files import Media
from fakes.telegram_api.people import document, photo, video
from fakes.telegram_api.transcript import BotMessage
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram
    from fakes.telegram_api.people import Person

PAGE = Path(__file__).with_name("sim.html")


class Simulator:
    def __init__(self, fake: "FakeTelegram") -> None:
        self._fake = fake

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/sim", self.page),
            Route("/sim/transcript", self.transcript),
            Route("/sim/send", self.send, methods=["POST"]),
            Route("/sim/press", self.press, methods=["POST"]),
            Route("/sim/fail", self.fail, methods=["POST"]),
            Route("/sim/media/{chat:int}/{message:int}", self.media),
        ]

    async def page(self, _request: Request) -> Response:
        return FileResponse(PAGE)

    async def transcript(self, request: Request) -> Response:
        chat = self._person(request.query_params).chat
        with self._fake.changes.looking():
            bots = {message.message_id: message for message in chat.messages if not message.deleted}
            shown = [
                _of_bot(bots[number]) if number in bots else _of_person(body) for number, body in chat.bodies.items()
            ]
        return JSONResponse(shown)

    async def send(self, request: Request) -> Response:
        async with request.form() as form:
            person, text, upload = self._person(form), str(form.get("text", "")), form.get("file")
            if not isinstance(upload, UploadFile):
                return JSONResponse(person.sends_text(text))
            media = _media(upload, str(form.get("kind", "")), await upload.read())
            return JSONResponse(person.sends_media(media, text))

    async def press(self, request: Request) -> Response:
        async with request.form() as form:
            person = self._person(form)
            message = person.chat.find(int(str(form["message"])))
            if message is None or message.button(str(form["data"])) is None:
                return Response(status_code=404)
            return JSONResponse(person.presses(message, str(form["data"])))

    async def fail(self, request: Request) -> Response:
        about = await request.json()
        answer = None
        if about.get("code"):
            answer = ApiError(about["code"], about.get("description", ""), about.get("parameters", {}))
        self._fake.fail(about["method"], answer, chat=about.get("chat"), times=about.get("times", 1))
        return JSONResponse({"ok": True})

    async def media(self, request: Request) -> Response:
        chat = self._fake.find_chat(request.path_params["chat"])
        message = chat.find(request.path_params["message"]) if chat else None
        if message is None or message.media is None:
            return Response(status_code=404)
        return Response(message.media.content, media_type=message.media.mime)

    def _person(self, given: Any) -> "Person":
        return self._fake.person(int(str(given.get("person", 1001))), str(given.get("language", "en")))


def _media(upload: UploadFile, kind: str, content: bytes) -> Media:
    name, mime = upload.filename or "file", upload.content_type or "application/octet-stream"
    if kind == "photo" or (not kind and mime in {"image/jpeg", "image/png"}):
        return photo(content)
    if kind == "video" or (not kind and mime == "video/mp4"):
        return video(content, name=name)
    return document(content, name, mime)


def _of_bot(message: BotMessage) -> dict[str, Any]:
    media = message.media
    return {
        "id": message.message_id,
        "from": "bot",
        "kind": message.kind,
        "text": message.text,
        "reply_to": message.reply_to,
        "edits": len(message.edits),
        "buttons": [[{"label": one.label, "data": one.data, "url": one.url} for one in row] for row in message.buttons],
        "media": media and {"name": media.name, "bytes": len(media.content), "mime": media.mime, **media.given},
    }


def _of_person(body: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in ("photo", "video", "animation", "document", "voice", "audio") if kind in body]
    text = body.get("text", body.get("caption", ""))
    return {"id": body["message_id"], "from": "person", "kind": kinds[0] if kinds else "text", "text": text}
