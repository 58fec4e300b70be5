"""HTTP routes of the Bot API: methods at /bot<token>/<method>, files at /file/bot<token>/<path>; and /sim for users."""

from typing import TYPE_CHECKING, Any

from fakes.telegram_api.calls import Call
from fakes.telegram_api.errors import NOT_FOUND, TOO_LARGE, UNAUTHORIZED, ApiError
from fakes.telegram_api.faults import ConnectionDropped, Fault
from fakes.telegram_api.files import UPLOAD_LIMIT
from fakes.telegram_api.methods import METHODS
from fakes.telegram_api.parameters import SPECIFICATION, File, parameters
from fakes.telegram_api.sim import Simulator
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

HELD_AT_MOST = 60.0
ENVELOPE = 100_000  # bytes of a request beside its file


class DroppedResponse(Response):
    """Starts a response and breaks off, as a lost connection does."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        head = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        raise ConnectionDropped


def application(fake: "FakeTelegram") -> Starlette:
    async def method(request: Request) -> Response:
        try:
            return await _answer(fake, request)
        except ApiError as error:
            return _refusal(error)

    async def file(request: Request) -> Response:
        stored = fake.files.at(request.path_params["path"])
        if stored is None or request.path_params["token"] != fake.token:
            return _refusal(NOT_FOUND)
        return Response(stored.media.content, media_type="application/octet-stream")

    return Starlette(
        routes=[
            Route("/file/bot{token}/{path:path}", file),
            Route("/bot{token}/{method}", method, methods=["GET", "POST"]),
            *Simulator(fake).routes(),
        ]
    )


async def _answer(fake: "FakeTelegram", request: Request) -> Response:
    name = request.path_params["method"]
    _check_token(fake, request.path_params["token"])
    if name not in SPECIFICATION:
        raise NOT_FOUND
    if int(request.headers.get("content-length", 0)) > UPLOAD_LIMIT + ENVELOPE:
        raise TOO_LARGE
    call = _record(fake, name, await _raw(request))
    try:
        outcome = await _carried_out(fake, call)
    except ConnectionDropped:
        return DroppedResponse()
    except ApiError as error:
        _settle(fake, call, error)
        raise
    _settle(fake, call, outcome)
    return JSONResponse({"ok": True, "result": outcome})


def _settle(fake: "FakeTelegram", call: Call, outcome: Any) -> None:
    with fake.changes.changing():
        call.outcome = outcome


def _check_token(fake: "FakeTelegram", token: str) -> None:
    number, colon, secret = token.partition(":")
    if not (number.isdigit() and colon and secret):
        raise NOT_FOUND
    if token != fake.token:
        raise UNAUTHORIZED


def _record(fake: "FakeTelegram", name: str, raw: dict[str, Any]) -> Call:
    call = Call(name, raw)
    with fake.changes.changing():
        fake.calls.append(call)
    return call


async def _carried_out(fake: "FakeTelegram", call: Call) -> Any:
    call.parameters = parameters(call.method, call.parameters)
    chat = call.parameters.get("chat_id")
    with fake.changes.changing():
        fault = fake.faults.take(call.method, chat)
    if fault and fault.held is not None:
        await _let_go(fake, fault)
        fault = None
    if fault and fault.answer:
        raise fault.answer
    if call.method == "getUpdates":
        return await fake.updates.get(call.parameters)
    result = METHODS[call.method](fake, call.parameters)
    if fault:
        _settle(fake, call, result)
        raise ConnectionDropped
    return result


async def _let_go(fake: "FakeTelegram", fault: Fault) -> None:
    await fake.changes.arrival(lambda: not fault.held, HELD_AT_MOST)


async def _raw(request: Request) -> dict[str, Any]:
    """The raw parameters: from the query string, a form or JSON."""
    raw: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        raw.update(await request.json())
        return raw
    async with request.form() as form:
        for name, value in form.items():
            raw[name] = await _file(value) if isinstance(value, UploadFile) else value
    return raw


async def _file(upload: UploadFile) -> File:
    content = await upload.read()
    if len(content) > UPLOAD_LIMIT:  # a chunked request has no content length
        raise TOO_LARGE
    return File(upload.filename or "", upload.content_type or "", content)


def _refusal(error: ApiError) -> Response:
    if error.code == 502:  # a proxy's page, no JSON
        return Response("<html><h1>502 Bad Gateway</h1></html>", 502, media_type="text/html")
    return JSONResponse(error.body(), error.code)
