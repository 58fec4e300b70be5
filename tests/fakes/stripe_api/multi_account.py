"""Several fake Stripe accounts at one address, routed by API key."""

import base64

from fakes.stripe_api.fake import FakeStripe
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


def create_multi_account_app(*accounts: FakeStripe) -> ASGIApp:
    """Routes each call to the account of its key; an unknown key is rejected."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        key = _parse_key(dict(scope["headers"]).get(b"authorization", b"").decode())
        account = next((one for one in accounts if one.key == key), None)
        refusal = JSONResponse({"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}, 401)
        await (account.app if account else refusal)(scope, receive, send)

    return app


def _parse_key(header: str) -> str:
    kind, _, given = header.partition(" ")
    return base64.b64decode(given).decode().removesuffix(":") if kind == "Basic" else given
