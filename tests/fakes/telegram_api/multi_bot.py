"""Several fake bots at one address, each with its own users, routed by token."""

import re
from collections.abc import Sequence

from fakes.telegram_api.errors import UNAUTHORIZED
from fakes.telegram_api.fake import FakeTelegram
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_TOKEN = re.compile(r"/(?:file/)?bot(?P<token>[^/]+)/")


def create_multi_bot_app(fakes: Sequence[FakeTelegram]) -> ASGIApp:
    """One application for all bots; an unknown token is rejected. `fakes` may grow."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found = _TOKEN.match(scope["path"])
        fake = next((each for each in fakes if found and each.token == found["token"]), None)
        answer: ASGIApp = fake.app if fake else JSONResponse(UNAUTHORIZED.to_json(), UNAUTHORIZED.code)
        await answer(scope, receive, send)

    return app
