"""Access control of metrics and detailed health in production: the bearer token.

Neither the client's address nor the host it names says who asks: a proxy beside the server has a private address too,
and any client chooses the host.
"""

import hmac
from collections.abc import Callable

from fastapi import HTTPException
from starlette.requests import Request


def require_metrics_access(token: str) -> Callable[[Request], None]:
    """A FastAPI dependency that answers 404 to clients without the token; to all where there is none."""

    def check_access(request: Request) -> None:
        if not _has_token(request, token):
            raise HTTPException(404)

    return check_access


def _has_token(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").encode()
    return bool(token) and hmac.compare_digest(given, f"Bearer {token}".encode())
