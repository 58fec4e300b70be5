"""The pages of signing in and out: plain forms, which work without a script."""

import asyncio
import html
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import parse_qs, quote, unquote

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bots.web.guard import is_own
from bots.web.porch import COOKIE, LASTS, Porch
from bots.web.texts import for_page, preferred, spoken
from storage.codes import is_email, normalised

MAX_FORM = 4096  # bytes
ASKED = "__Host-rabisco-asked"  # whom a code was sent to, so that the page that asks for it can be loaded again
ASKED_LASTS = 900  # seconds
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin",  # with none at all a form would come without its origin
    "vary": "accept-language, cookie",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """Asks for the address, then for the code. `origin` is the one our page has."""

    porch: Porch
    origin: str

    def page(self, request: Request, *, problem: str = "", address: str = "", status: int = 200) -> Response:
        """The page that asks for the address."""
        return _shown(request, "sign-in.html", problem, address, status)

    async def ask(self, request: Request) -> Response:
        """Send a code, and ask for it. Every address gets the same answer, and the letter is written after it."""
        if not is_own(request, self.origin):
            return self.page(request, problem="sign-in-again", status=403)
        given = await _form(request)
        address = _address(given)
        if address is None:
            return self.page(request, problem="sign-in-no-address", address=given.get("email", ""), status=400)
        if self.porch.asks_too_much(request):
            return self.page(request, problem="sign-in-too-often", address=address, status=429)
        answer = _to("/sign-in/code", BackgroundTask(self.porch.send_code, address, language_of(request)))
        put(answer, ASKED, quote(address), ASKED_LASTS)
        return answer

    async def code(self, request: Request) -> Response:
        """The page that asks for the code, for who has been sent one and is not in yet."""
        address = _address({"email": unquote(request.cookies.get(ASKED, ""))})
        is_in = await asyncio.to_thread(self.porch.guest, request) is not None
        return _to("/") if address is None or is_in else _shown(request, "sign-in-code.html", "", address, 200)

    async def enter(self, request: Request) -> Response:
        """Let in whoever has the code."""
        if not is_own(request, self.origin):
            return self.page(request, problem="sign-in-again", status=403)
        given = await _form(request)
        address = _address(given)
        if address is None:
            return self.page(request, problem="sign-in-no-address", status=400)
        if self.porch.tries_too_much(request):
            return _shown(request, "sign-in-code.html", "sign-in-too-often", address, 429)
        token = await asyncio.to_thread(self.porch.let_in, address, given.get("code", ""))
        if token is None:
            return _shown(request, "sign-in-code.html", "sign-in-wrong", address, 401)
        return await self._entered(request, token)

    async def leave(self, request: Request) -> Response:
        """Sign out, in this browser."""
        if not is_own(request, self.origin):
            return self.page(request, problem="sign-in-again", status=403)
        await asyncio.to_thread(self.porch.sign_out, request)
        answer = _to("/")
        put(answer, COOKIE, "", 0)
        return answer

    async def _entered(self, request: Request, token: str) -> Response:
        await asyncio.to_thread(self.porch.sign_out, request)  # of the session this browser had before
        answer = _to("/")
        put(answer, COOKIE, token, round(LASTS.total_seconds()))
        put(answer, ASKED, "", 0)
        return answer


def sign_in_routes(sign_in: SignIn) -> APIRouter:
    router = APIRouter()
    router.add_api_route("/sign-in", sign_in.ask, methods=["POST"])
    router.add_api_route("/sign-in/code", sign_in.enter, methods=["POST"])
    router.add_api_route("/sign-in/code", sign_in.code, methods=["GET"])
    router.add_api_route("/sign-out", sign_in.leave, methods=["POST"])

    @router.get("/sign-in")
    async def begin() -> Response:
        return _to("/")

    return router


def put(response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie that no script reads and no other host is sent; 0 seconds take it back."""
    # lax, not strict: who comes back from paying is still signed in
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def language_of(request: Request) -> str:
    """The language of ours that this browser likes best."""
    return spoken(preferred(request.headers.get("accept-language", "")))


def _to(path: str, background: BackgroundTask | None = None) -> Response:
    return RedirectResponse(path, 303, {"cache-control": "no-store"}, background)


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of a small form; nothing of one that is no small form."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_FORM:
            return {}
    try:
        fields = parse_qs(raw.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _address(given: Mapping[str, str]) -> str | None:
    address = normalised(given.get("email", ""))
    return address if is_email(address) else None


def _shown(request: Request, name: str, problem: str, address: str, status: int) -> Response:
    words: dict[str, str] = for_page(language_of(request))
    told = words[problem] if problem else ""
    page = files("bots.web").joinpath(name).read_text("utf-8")
    values = words | {"language": language_of(request), "problem": told, "address": address}
    values["hidden"] = "" if problem else "hidden"
    for key, text in values.items():
        page = page.replace("{{" + key + "}}", html.escape(text))
    return HTMLResponse(page, status, HEADERS)
