"""The page itself, for whoever may see it, and the files it is made of."""

import asyncio
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bots.web.chat import form_limits
from bots.web.guests import Door
from bots.web.page import PageChannel
from bots.web.signing import SignIn, language_of
from bots.web.texts import for_page

PAGE_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "vary": "accept-language, cookie",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Front:
    """What stands at `/`: the conversation, or where people sign in to it."""

    page: PageChannel
    door: Door
    sign_in: SignIn | None

    async def show(self, request: Request) -> Response:
        guest = await asyncio.to_thread(self.door.guest, request)
        if guest is None and self.sign_in is not None:
            return self.sign_in.page(request)
        chosen = await asyncio.to_thread(self.page.language, guest.id) if guest else None
        content = render(
            _template(), chosen or language_of(request), self._bounds(), can_leave=self.sign_in is not None
        )
        return HTMLResponse(content, headers=PAGE_HEADERS)

    def _bounds(self) -> Mapping[str, int]:
        limits = form_limits(self.page)
        return {
            "max_bytes": limits.max_bytes,
            "max_picture": limits.max_picture or limits.max_bytes,
            "max_files": limits.max_files,
            "max_text": self.page.can.max_text,
        }


def add_front(app: FastAPI, front: Front) -> None:
    app.add_api_route("/", front.show, methods=["GET"])
    app.mount("/static", _Static(directory=str(files("bots.web").joinpath("static"))))


def render(template: str, language: str, bounds: Mapping[str, int], *, can_leave: bool = False) -> str:
    """The page in one language: `{{name}}` becomes that sentence, and the script gets all of them as data."""
    words = for_page(language)
    told = {"language": language, "limits": bounds, "can_leave": can_leave, "texts": words}
    data = json.dumps(told).replace("<", "\\u003c")
    filled = template.replace("{{language}}", language).replace("{{data}}", data)
    for name, text in words.items():
        filled = filled.replace("{{" + name + "}}", html.escape(text))
    return filled


@cache
def _template() -> str:
    return files("bots.web").joinpath("page.html").read_text("utf-8")


class _Static(StaticFiles):
    """The page's files, asked for anew each time: after an update nobody runs an old script."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response
