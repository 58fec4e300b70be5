"""HTTP of the API: keys, versions, idempotency, parameters, responses and injected faults."""

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from fakes.stripe_api import errors
from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.events import API_VERSION
from fakes.stripe_api.faults import StripeFault, take_fault
from fakes.stripe_api.forms import parse_form, parse_parameters
from fakes.stripe_api.idempotency import IdempotencyStore, StoredResponse
from fakes.stripe_api.routes import ApiRoute, route_of
from fakes.stripe_api.store import render_object
from fakes.telegram_api.app import DroppedResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Path

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

MAX_HOLD_SECONDS = 60.0


def create_application(fake: "FakeStripe") -> Starlette:
    idempotency = IdempotencyStore(fake.get_now)

    async def handle_request(request: Request) -> Response:
        call = await _read_call(fake, request)
        if (route := _find_route(fake, call)) is None:
            return _build_response(call)
        with fake.condition.modify():
            fault = take_fault(fake.faults, call.route)
        if fault and fault.held:
            await fake.condition.wait_async(lambda: not fault.held, MAX_HOLD_SECONDS)
        with fake.condition.modify():
            _handle_call(fake, call, route, idempotency, fault)
        return DroppedResponse() if _is_dropped(fault) else _build_response(call)

    return Starlette(routes=[Path("/{path:path}", handle_request, methods=["GET", "POST", "DELETE", "PUT", "PATCH"])])


def _is_dropped(fault: StripeFault | None) -> bool:
    return fault is not None and fault.answer is None and fault.held is None


async def _read_call(fake: "FakeStripe", request: Request) -> StripeCall:
    text = (await request.body()).decode() if request.method == "POST" else request.url.query
    raw = parse_form(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))
    call = StripeCall(
        request.method, request.url.path, raw, {name.lower(): value for name, value in request.headers.items()}
    )
    with fake.condition.modify():
        call.id = fake.store.generate_id("req", 14)
        fake.calls.append(call)
    return call


def _find_route(fake: "FakeStripe", call: StripeCall) -> ApiRoute | None:
    """The route of a call; None when it is rejected, with the error set on the call."""
    try:
        _check_headers(fake, call)
        found = route_of(call.method, call.path)
        if found is None:
            raise errors.build_unrecognized(call.method, call.path)
    except errors.StripeApiError as error:
        with fake.condition.modify():
            _set_error(fake, call, error)
        return None
    route, call.object_id = found
    call.route = route.name
    return route


def _check_headers(fake: "FakeStripe", call: StripeCall) -> None:
    kind, _, given = call.headers.get("authorization", "").partition(" ")
    if kind == "Basic":
        given = base64.b64decode(given).decode().removesuffix(":")
    if not given:
        raise errors.NO_KEY
    if given != fake.key:
        raise errors.build_wrong_key(f"{given[:8]}{'*' * 8}{given[-4:]}")
    version = call.headers.get("stripe-version")
    if version != API_VERSION:
        raise errors.build_unsupported(f"speaks {API_VERSION}, not {version}")


def _handle_call(
    fake: "FakeStripe", call: StripeCall, route: ApiRoute, idempotency: IdempotencyStore, fault: StripeFault | None
) -> None:
    fake.run_due_actions()
    try:
        if fault and fault.answer:
            call.retry_advice = fault.retry_advice
            raise fault.answer
        if (stored := idempotency.find_response(call)) is not None:
            call.status, call.outcome, call.is_replayed = stored.status, stored.outcome, True
            return
        call.parameters = parse_parameters(route.params_class, call.raw)
        call.status, call.outcome = 200, _execute(fake, call, route)
    except errors.StripeApiError as error:
        _set_error(fake, call, error)
    idempotency.save_response(call, StoredResponse(call.status, call.outcome))


def _execute(fake: "FakeStripe", call: StripeCall, route: ApiRoute) -> Any:
    expand = call.parameters.get_plain("expand") or []
    fake.current_call = call
    try:
        body = route.handler(fake, call)
    finally:
        fake.current_call = None
    if ignored := call.parameters.list_unread():
        raise errors.build_unsupported(f"does not act upon {', '.join(ignored)} of {call.route}")
    return render_object(fake, body, expand)


def _set_error(fake: "FakeStripe", call: StripeCall, error: errors.StripeApiError) -> None:
    call.status, call.outcome = error.status, error.to_json()
    if error.is_unsupported:
        fake.unsupported_calls.append(f"{call.method} {call.path}: {error.message}")


def _build_response(call: StripeCall) -> Response:
    headers = {"request-id": call.id, "stripe-version": API_VERSION}
    if call.idempotency_key:
        headers["idempotency-key"] = call.idempotency_key
    if call.is_replayed:
        headers["idempotent-replayed"] = "true"
    if call.retry_advice:
        headers["stripe-should-retry"] = call.retry_advice
    return JSONResponse(json.loads(json.dumps(call.outcome)), call.status, headers)
