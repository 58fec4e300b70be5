"""HTTP of the API: keys, versions, idempotency, parameters, responses and injected faults."""

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from fakes.stripe_api import errors
from fakes.stripe_api.calls import Call
from fakes.stripe_api.events import VERSION
from fakes.stripe_api.faults import Fault, take
from fakes.stripe_api.forms import checked, parsed
from fakes.stripe_api.idempotency import Answer, Memory
from fakes.stripe_api.routes import Route, route_of
from fakes.stripe_api.store import shown
from fakes.telegram_api.app import DroppedResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Path

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

HELD_AT_MOST = 60.0


def application(fake: "FakeStripe") -> Starlette:
    memory = Memory(fake.now)

    async def answer(request: Request) -> Response:
        call = await _read(fake, request)
        if (route := _routed(fake, call)) is None:
            return _response(call)
        with fake.changes.changing():
            fault = take(fake.faults, call.route)
        if fault and fault.held:
            await fake.changes.arrival(lambda: not fault.held, HELD_AT_MOST)
        with fake.changes.changing():
            _answered(fake, call, route, memory, fault)
        return DroppedResponse() if _loses(fault) else _response(call)

    return Starlette(routes=[Path("/{path:path}", answer, methods=["GET", "POST", "DELETE", "PUT", "PATCH"])])


def _loses(fault: Fault | None) -> bool:
    return fault is not None and fault.answer is None and fault.held is None


async def _read(fake: "FakeStripe", request: Request) -> Call:
    text = (await request.body()).decode() if request.method == "POST" else request.url.query
    raw = parsed(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))
    call = Call(request.method, request.url.path, raw, {name.lower(): value for name, value in request.headers.items()})
    with fake.changes.changing():
        call.id = fake.store.new_id("req", 14)
        fake.calls.append(call)
    return call


def _routed(fake: "FakeStripe", call: Call) -> Route | None:
    """The route of a call; None when it is rejected, with the error set on the call."""
    try:
        _check_headers(fake, call)
        found = route_of(call.method, call.path)
        if found is None:
            raise errors.unrecognized(call.method, call.path)
    except errors.ApiError as error:
        with fake.changes.changing():
            _refuse(fake, call, error)
        return None
    route, call.identity = found
    call.route = route.name
    return route


def _check_headers(fake: "FakeStripe", call: Call) -> None:
    kind, _, given = call.headers.get("authorization", "").partition(" ")
    if kind == "Basic":
        given = base64.b64decode(given).decode().removesuffix(":")
    if not given:
        raise errors.NO_KEY
    if given != fake.key:
        raise errors.wrong_key(f"{given[:8]}{'*' * 8}{given[-4:]}")
    version = call.headers.get("stripe-version")
    if version != VERSION:
        raise errors.unsupported(f"speaks {VERSION}, not {version}")


def _answered(fake: "FakeStripe", call: Call, route: Route, memory: Memory, fault: Fault | None) -> None:
    fake.catch_up()
    try:
        if fault and fault.answer:
            call.advice = fault.advice
            raise fault.answer
        if (known := memory.recall(call)) is not None:
            call.status, call.outcome, call.replayed = known.status, known.outcome, True
            return
        call.parameters = checked(route.params_class, call.raw)
        call.status, call.outcome = 200, _done(fake, call, route)
    except errors.ApiError as error:
        _refuse(fake, call, error)
    memory.keep(call, Answer(call.status, call.outcome))


def _done(fake: "FakeStripe", call: Call, route: Route) -> Any:
    expand = call.parameters.plain("expand") or []
    fake.current = call
    try:
        body = route.handler(fake, call)
    finally:
        fake.current = None
    if ignored := call.parameters.unread():
        raise errors.unsupported(f"does not act upon {', '.join(ignored)} of {call.route}")
    return shown(fake, body, expand)


def _refuse(fake: "FakeStripe", call: Call, error: errors.ApiError) -> None:
    call.status, call.outcome = error.status, error.body()
    if error.unsupported:
        fake.strangers.append(f"{call.method} {call.path}: {error.message}")


def _response(call: Call) -> Response:
    headers = {"request-id": call.id, "stripe-version": VERSION}
    if call.idempotency_key:
        headers["idempotency-key"] = call.idempotency_key
    if call.replayed:
        headers["idempotent-replayed"] = "true"
    if call.advice:
        headers["stripe-should-retry"] = call.advice
    return JSONResponse(json.loads(json.dumps(call.outcome)), call.status, headers)
