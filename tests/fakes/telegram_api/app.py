"""HTTP routes of the Bot API: methods at /bot<token>/<method>, files at /file/bot<token>/<path>; and /sim for users."""

from typing import TYPE_CHECKING, Any

from fakes.telegram_api.calls import TelegramCall
from fakes.telegram_api.errors import NOT_FOUND, TOO_LARGE, UNAUTHORIZED, TelegramApiError
from fakes.telegram_api.faults import ConnectionDropped, TelegramFault
from fakes.telegram_api.files import UPLOAD_LIMIT
from fakes.telegram_api.methods import METHODS
from fakes.telegram_api.parameters import SPECIFICATION, UploadedFile, parse_parameters
from fakes.telegram_api.simulator import Simulator
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

MAX_HOLD_SECONDS = 60.0
REQUEST_OVERHEAD = 100_000  # bytes of a request beside its file


class DroppedResponse(Response):
    """Starts a response and breaks off, as a lost connection does."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        head = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        raise ConnectionDropped


def create_application(fake: "FakeTelegram") -> Starlette:
    async def handle_method(request: Request) -> Response:
        try:
            return await _handle_call(fake, request)
        except TelegramApiError as error:
            return _build_error_response(error)

    async def handle_file(request: Request) -> Response:
        stored = fake.files.find_by_path(request.path_params["path"])
        if stored is None or request.path_params["token"] != fake.token:
            return _build_error_response(NOT_FOUND)
        return Response(stored.media.content, media_type="application/octet-stream")

    return Starlette(
        routes=[
            Route("/file/bot{token}/{path:path}", handle_file),
            Route("/bot{token}/{method}", handle_method, methods=["GET", "POST"]),
            *Simulator(fake).build_routes(),
        ]
    )


async def _handle_call(fake: "FakeTelegram", request: Request) -> Response:
    name = request.path_params["method"]
    _check_token(fake, request.path_params["token"])
    if name not in SPECIFICATION:
        raise NOT_FOUND
    if int(request.headers.get("content-length", 0)) > UPLOAD_LIMIT + REQUEST_OVERHEAD:
        raise TOO_LARGE
    call = _record_call(fake, name, await _read_parameters(request))
    try:
        outcome = await _execute(fake, call)
    except ConnectionDropped:
        return DroppedResponse()
    except TelegramApiError as error:
        _set_outcome(fake, call, error)
        raise
    _set_outcome(fake, call, outcome)
    return JSONResponse({"ok": True, "result": outcome})


def _set_outcome(fake: "FakeTelegram", call: TelegramCall, outcome: Any) -> None:
    with fake.condition.modify():
        call.outcome = outcome


def _check_token(fake: "FakeTelegram", token: str) -> None:
    number, colon, secret = token.partition(":")
    if not (number.isdigit() and colon and secret):
        raise NOT_FOUND
    if token != fake.token:
        raise UNAUTHORIZED


def _record_call(fake: "FakeTelegram", name: str, raw: dict[str, Any]) -> TelegramCall:
    call = TelegramCall(name, raw)
    with fake.condition.modify():
        fake.calls.append(call)
    return call


async def _execute(fake: "FakeTelegram", call: TelegramCall) -> Any:
    call.parameters = parse_parameters(call.method, call.parameters)
    chat = call.parameters.get("chat_id")
    with fake.condition.modify():
        fault = fake.faults.take(call.method, chat)
    if fault and fault.held is not None:
        await _wait_for_release(fake, fault)
        fault = None
    if fault and fault.answer:
        raise fault.answer
    if call.method == "getUpdates":
        return await fake.updates.get_updates(call.parameters)
    result = METHODS[call.method](fake, call.parameters)
    if fault:
        _set_outcome(fake, call, result)
        raise ConnectionDropped
    return result


async def _wait_for_release(fake: "FakeTelegram", fault: TelegramFault) -> None:
    await fake.condition.wait_async(lambda: not fault.held, MAX_HOLD_SECONDS)


async def _read_parameters(request: Request) -> dict[str, Any]:
    """The raw parameters: from the query string, a form or JSON."""
    raw: dict[str, Any] = dict(request.query_params)
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        raw.update(await request.json())
        return raw
    async with request.form() as form:
        for name, value in form.items():
            raw[name] = await _read_upload(value) if isinstance(value, UploadFile) else value
    return raw


async def _read_upload(upload: UploadFile) -> UploadedFile:
    content = await upload.read()
    if len(content) > UPLOAD_LIMIT:  # a chunked request has no content length
        raise TOO_LARGE
    return UploadedFile(upload.filename or "", upload.content_type or "", content)


def _build_error_response(error: TelegramApiError) -> Response:
    if error.code == 502:  # a proxy's page, no JSON
        return Response("<html><h1>502 Bad Gateway</h1></html>", 502, media_type="text/html")
    return JSONResponse(error.to_json(), error.code)
