"""Stripe's webhook endpoint: events are verified and stored at once, processed afterwards."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bots.billing.provider import WebhookEvent
from bots.billing.stripe.signature import BadSignature, WebhookVerifier

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 1_000_000  # bytes of one event
RETRY_HEADERS = {"retry-after": "30"}


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """Signature verifier, event store and worker of one Stripe account."""

    signatures: WebhookVerifier
    save_event: Callable[[WebhookEvent], bool]
    wake_worker: Callable[[], None]


class _BodyTooBig(Exception):
    pass


def build_stripe_router(targets: Mapping[str, WebhookTarget]) -> APIRouter:
    """Routes by account: the operator's events have no name (""), those of other tenants their account's id."""
    router = APIRouter()

    @router.post("/stripe/webhook")
    @router.post("/stripe/webhook/{account}")
    async def receive_event(request: Request, account: str = "") -> Response:
        target = targets.get(account)
        if target is None:
            return Response(status_code=404)
        try:
            body = await _read_body(request)
            event = target.signatures.verify(body, request.headers.get("stripe-signature", ""))
            is_new = await asyncio.to_thread(target.save_event, event)
        except (_BodyTooBig, BadSignature, SQLAlchemyError, ClientDisconnect) as error:
            return _build_error_response(error)
        if is_new:
            target.wake_worker()
        return Response(status_code=200)

    return router


async def _read_body(request: Request) -> bytes:
    """The raw bytes that were signed. Raises _BodyTooBig."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _BodyTooBig
    return bytes(body)


def _build_error_response(error: Exception) -> Response:
    """Status without details: a client other than Stripe learns nothing."""
    log.warning("webhook-rejected", error=type(error).__name__)
    match error:
        case _BodyTooBig():
            return Response(status_code=413, headers={"connection": "close"})
        case SQLAlchemyError():
            return Response(status_code=503, headers=RETRY_HEADERS)
        case _:
            return Response(status_code=400)
