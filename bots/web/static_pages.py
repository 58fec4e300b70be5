"""The chat page's HTML and its static files."""

import asyncio
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bots.web.auth.session import Authenticator
from bots.web.auth.sign_in_pages import SignInPages, language_of
from bots.web.chat import form_limits_for
from bots.web.page import PageChannel
from bots.web.texts import load_page_texts

PAGE_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "vary": "accept-language, cookie",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class HomePage:
    """The page at `/`: the conversation, or the sign-in form."""

    page: PageChannel
    authenticator: Authenticator
    sign_in_pages: SignInPages | None

    async def show_page(self, request: Request) -> Response:
        user = await asyncio.to_thread(self.authenticator.authenticate, request)
        if user is None and self.sign_in_pages is not None:
            return self.sign_in_pages.render_email_form(request)
        language = await asyncio.to_thread(self.page.find_language, user.id) if user else None
        content = render_page(
            _load_template(),
            language or language_of(request),
            self._build_client_limits(),
            can_sign_out=self.sign_in_pages is not None,
        )
        return HTMLResponse(content, headers=PAGE_HEADERS)

    def _build_client_limits(self) -> Mapping[str, int]:
        limits = form_limits_for(self.page)
        return {
            "max_bytes": limits.max_bytes,
            "max_picture": limits.max_picture or limits.max_bytes,
            "max_files": limits.max_files,
            "max_text": self.page.capabilities.max_text,
        }


def add_home_page(app: FastAPI, home_page: HomePage) -> None:
    app.add_api_route("/", home_page.show_page, methods=["GET"])
    app.add_api_route("/static/emoji.ttf", _send_emoji_font, methods=["GET"], include_in_schema=False)
    app.mount("/static", _NoCacheStaticFiles(directory=str(files("bots.web").joinpath("static"))))


def render_page(template: str, language: str, limits: Mapping[str, int], *, can_sign_out: bool = False) -> str:
    """The page in one language: `{{name}}` becomes that text, and the script gets all texts as data."""
    texts = load_page_texts(language)
    client_data = {"language": language, "limits": limits, "can_leave": can_sign_out, "texts": texts}
    data = json.dumps(client_data).replace("<", "\\u003c")
    filled = template.replace("{{language}}", language).replace("{{data}}", data)
    for name, text in texts.items():
        filled = filled.replace("{{" + name + "}}", html.escape(text))
    return filled


@cache
def _load_template() -> str:
    return files("bots.web").joinpath("page.html").read_text("utf-8")


async def _send_emoji_font() -> FileResponse:
    """The emoji of captions, for browsers on systems that have none."""
    font = files("pipeline").joinpath("captions", "fonts", "Twemoji", "Twemoji.ttf")
    headers = {"cache-control": "public, max-age=604800", "x-content-type-options": "nosniff"}
    return FileResponse(str(font), media_type="font/ttf", headers=headers)


class _NoCacheStaticFiles(StaticFiles):
    """Static files that browsers revalidate each time: after an update no page runs an old script."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response
