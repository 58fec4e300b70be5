"""Where Stripe tells its news: kept and answered at once, looked into afterwards."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bots.billing.port import News
from bots.billing.signature import BadSignature, Signatures

log = structlog.get_logger(__name__)

MOST = 1_000_000  # bytes of one event
AGAIN = {"retry-after": "30"}


@dataclass(frozen=True, slots=True)
class Counterfoil:
    """What the route needs: whose news are believed, where they are kept, and who is woken for them."""

    signatures: Signatures
    keep: Callable[[News], bool]
    poke: Callable[[], None]


class _TooBig(Exception):
    pass


def stripe_routes(counterfoils: Mapping[str, Counterfoil]) -> APIRouter:
    """The operator's own news come in under no name (""), those of other tenants under their Stripe account's id."""
    router = APIRouter()

    @router.post("/stripe/webhook")
    @router.post("/stripe/webhook/{account}")
    async def webhook(request: Request, account: str = "") -> Response:
        counterfoil = counterfoils.get(account)
        if counterfoil is None:
            return Response(status_code=404)
        try:
            body = await _body(request)
            news = counterfoil.signatures.read(body, request.headers.get("stripe-signature", ""))
            is_new = await asyncio.to_thread(counterfoil.keep, news)
        except (_TooBig, BadSignature, SQLAlchemyError, ClientDisconnect) as error:
            return _refusal(error)
        if is_new:
            counterfoil.poke()
        return Response(status_code=200)

    return router


async def _body(request: Request) -> bytes:
    """The bytes as they were signed."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            raise _TooBig
    return bytes(body)


def _refusal(error: Exception) -> Response:
    """Of an error only its kind is told: who is not Stripe learns nothing here."""
    log.warning("webhook-refused", error=type(error).__name__)
    match error:
        case _TooBig():
            return Response(status_code=413, headers={"connection": "close"})
        case SQLAlchemyError():
            return Response(status_code=503, headers=AGAIN)
        case _:
            return Response(status_code=400)
