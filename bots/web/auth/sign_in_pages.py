"""Pages for signing in and out: plain HTML forms, which work without a script."""

import asyncio
import html
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import parse_qs, quote, unquote

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bots.web.auth.sign_in import KNOWN_COOKIE, SESSION_COOKIE, SESSION_LIFETIME, SignIn
from bots.web.middleware import is_same_origin
from bots.web.texts import choose_language, load_page_texts, parse_accept_language
from storage.identity.codes import is_email, normalize_email

MAX_FORM_BYTES = 4096  # bytes
EMAIL_COOKIE = "__Host-rabisco-asked"  # a token of this browser, without which its code opens nothing; the address
EMAIL_COOKIE_SECONDS = 900  # seconds
KNOWN_COOKIE_SECONDS = 31_536_000  # seconds, a year
TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{22}")
FORM_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin",  # with no-referrer a form would be sent without its origin
    "vary": "accept-language, cookie",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class SignInPages:
    """Asks for the email address, then for the code. `origin` is the chat page's."""

    sign_in: SignIn
    origin: str

    def render_email_form(self, request: Request, *, problem: str = "", email: str = "", status: int = 200) -> Response:
        """The page with the email form."""
        return _render_form(request, "sign-in.html", problem, email, status)

    async def request_code(self, request: Request) -> Response:
        """Send a code, and redirect to the code form. Every address gets the same response, and the email is sent
        after it.
        """
        if not is_same_origin(request, self.origin):
            return self.render_email_form(request, problem="sign-in-again", status=403)
        fields = await _read_form(request)
        email = _parse_email(fields)
        if email is None:
            return self.render_email_form(
                request, problem="sign-in-no-address", email=fields.get("email", ""), status=400
            )
        token = _read_email_cookie(request)[0] or secrets.token_urlsafe(16)
        browser = self.sign_in.browser_of(request, email, token)
        if self.sign_in.is_requesting_too_often(browser):
            return self.render_email_form(request, problem="sign-in-too-often", email=email, status=429)
        sending = BackgroundTask(self.sign_in.send_code, email, language_of(request), browser)
        response = _redirect_to("/sign-in/code", sending)
        set_cookie(response, EMAIL_COOKIE, f"{token}.{quote(email)}", EMAIL_COOKIE_SECONDS)
        return response

    async def show_code_form(self, request: Request) -> Response:
        """The page with the code form, for clients that requested a code and are not signed in yet."""
        email = _parse_email({"email": _read_email_cookie(request)[1]})
        is_signed_in = await asyncio.to_thread(self.sign_in.authenticate, request) is not None
        return (
            _redirect_to("/")
            if email is None or is_signed_in
            else _render_form(request, "sign-in-code.html", "", email, 200)
        )

    async def verify_code(self, request: Request) -> Response:
        """Sign in with a code."""
        if not is_same_origin(request, self.origin):
            return self.render_email_form(request, problem="sign-in-again", status=403)
        fields = await _read_form(request)
        email = _parse_email(fields)
        if email is None:
            return self.render_email_form(request, problem="sign-in-no-address", status=400)
        browser = self.sign_in.browser_of(request, email, _read_email_cookie(request)[0])
        if self.sign_in.is_trying_too_often(browser):
            return _render_form(request, "sign-in-code.html", "sign-in-too-often", email, 429)
        cookie = await asyncio.to_thread(self.sign_in.create_session, email, fields.get("code", ""), browser.token)
        if cookie is None:
            return _render_form(request, "sign-in-code.html", "sign-in-wrong", email, 401)
        return await self._start_session(request, cookie, email)

    async def sign_out(self, request: Request) -> Response:
        """Sign out, in this browser."""
        if not is_same_origin(request, self.origin):
            return self.render_email_form(request, problem="sign-in-again", status=403)
        await asyncio.to_thread(self.sign_in.sign_out, request)
        response = _redirect_to("/")
        set_cookie(response, SESSION_COOKIE, "", 0)
        return response

    async def _start_session(self, request: Request, cookie: str, email: str) -> Response:
        await asyncio.to_thread(self.sign_in.sign_out, request)  # end the session this browser had before
        response = _redirect_to("/")
        set_cookie(response, SESSION_COOKIE, cookie, round(SESSION_LIFETIME.total_seconds()))
        set_cookie(response, KNOWN_COOKIE, self.sign_in.sign_known(email), KNOWN_COOKIE_SECONDS)
        set_cookie(response, EMAIL_COOKIE, "", 0)
        return response


def build_sign_in_router(pages: SignInPages) -> APIRouter:
    router = APIRouter()
    router.add_api_route("/sign-in", pages.request_code, methods=["POST"])
    router.add_api_route("/sign-in/code", pages.verify_code, methods=["POST"])
    router.add_api_route("/sign-in/code", pages.show_code_form, methods=["GET"])
    router.add_api_route("/sign-out", pages.sign_out, methods=["POST"])

    @router.get("/sign-in")
    async def redirect_home() -> Response:
        return _redirect_to("/")

    return router


def set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie that no script can read and no other host receives; 0 seconds delete it."""
    # lax, not strict: a user who returns from the payment page is still signed in
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def language_of(request: Request) -> str:
    """The supported language this browser prefers."""
    return choose_language(parse_accept_language(request.headers.get("accept-language", "")))


def _redirect_to(path: str, background: BackgroundTask | None = None) -> Response:
    return RedirectResponse(path, 303, {"cache-control": "no-store"}, background)


async def _read_form(request: Request) -> Mapping[str, str]:
    """The fields of a small form; empty where it is too big or malformed."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_FORM_BYTES:
            return {}
    try:
        fields = parse_qs(raw.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _read_email_cookie(request: Request) -> tuple[str, str]:
    """The browser's token and the address it asked a code for; empty where it asked for none, or the cookie is none of
    ours.
    """
    token, _, email = request.cookies.get(EMAIL_COOKIE, "").partition(".")
    return (token, unquote(email)) if TOKEN_PATTERN.fullmatch(token) else ("", "")


def _parse_email(fields: Mapping[str, str]) -> str | None:
    email = normalize_email(fields.get("email", ""))
    return email if is_email(email) else None


def _render_form(request: Request, name: str, problem: str, email: str, status: int) -> Response:
    texts: dict[str, str] = load_page_texts(language_of(request))
    problem_text = texts[problem] if problem else ""
    page = files("bots.web").joinpath(name).read_text("utf-8")
    values = texts | {"language": language_of(request), "problem": problem_text, "address": email}
    values["hidden"] = "" if problem else "hidden"
    for key, text in values.items():
        page = page.replace("{{" + key + "}}", html.escape(text))
    return HTMLResponse(page, status, FORM_HEADERS)
