"""HTTP endpoint of the editor: the words of one's own result by line, with their times, the video that has these times
where the result has others, and what a correction costs.

What was edited comes back as a message with the button that opened the editor, and with a file WORDS.json.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bots.core.conversation.jobs.corrections import CorrectableJob, find_correctable
from bots.locales import translate
from bots.web.auth.session import Authenticator, PageUser
from bots.web.links import MediaLinkSigner, expiry_for
from bots.web.page import PageChannel
from models.identity.people import Person
from pipeline import Pipeline, list_editable_lines
from storage.clock import Clock
from storage.db import Database
from storage.media import files

NO_STORE_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
# Types under which browsers open what they can play: they know the formats of ISO and of Matroska by these alone.
SOURCE_TYPES: Final = {
    "mp4": "video/mp4", "mov": "video/mp4", "3gp": "video/mp4", "webm": "video/webm", "mkv": "video/webm",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CorrectionEndpoints:
    """Serves each user the words of their own results."""

    db: Database
    pipeline: Pipeline
    page: PageChannel
    authenticator: Authenticator
    signer: MediaLinkSigner
    clock: Clock

    async def show_words(self, request: Request, job_id: UUID) -> Response:
        """The words of a job's result; 404 for one of somebody else, without words, or whose source is deleted."""
        user = await asyncio.to_thread(self.authenticator.authenticate, request)
        content = await asyncio.to_thread(self._find_words, user, job_id) if user else None
        if content is None:
            return JSONResponse({}, 404 if user else 401, NO_STORE_HEADERS)
        return JSONResponse(content, headers=NO_STORE_HEADERS)

    def _find_words(self, user: PageUser, job_id: UUID) -> dict[str, Any] | None:
        with self.db.read_transaction() as session:
            person = self.page.find_person(session, user.id)
            found = find_correctable(session, person, job_id) if person else None
            if person is None or found is None or found.is_source_gone:
                return None
            source = None if found.options.keeps_times else self._render_source(session, found, user)
            return {**self._render(found, person), "keeps_times": found.options.keeps_times, "source": source}

    def _render_source(self, session: Session, found: CorrectableJob, user: PageUser) -> dict[str, Any] | None:
        """The video the result was made from, whose times the words have; None in a format that no browser plays."""
        media = found.media[0]
        mime = SOURCE_TYPES.get(media.format)
        if mime is None:
            return None
        key = files.key_of(session, media)
        token = self.signer.sign(key, f"source.{media.format}", mime, expiry_for(self.clock()), user.link_owner)
        return {"url": f"/media/{token}", "width": media.width or 0, "height": media.height or 0, "plays": True}

    def _render(self, found: CorrectableJob, person: Person) -> dict[str, Any]:
        price = found.compute_price(self.pipeline, person)
        transcript = found.shown.transcript
        return {
            "language": transcript.language,
            "lines": [[word.model_dump() for word in line] for line in list_editable_lines(transcript)],
            "cost": translate(person.language, "correction-costs", {"credits": price}),
        }


def build_corrections_router(endpoints: CorrectionEndpoints) -> APIRouter:
    router = APIRouter()

    @router.get("/chat/words/{job_id}")
    async def show_words(request: Request, job_id: UUID) -> Response:
        return await endpoints.show_words(request, job_id)

    return router
