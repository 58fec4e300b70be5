"""HTTP endpoint of the editor: the words of one's own result by line, with their times, and what a correction costs.

What was edited comes back as a message with the button that opened the editor, and with a file WORDS.json.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bots.core.conversation.jobs.corrections import CorrectableJob, find_correctable
from bots.locales import translate
from bots.web.auth.session import Authenticator
from bots.web.page import PageChannel
from models.identity.people import Person
from pipeline import Pipeline, list_lines
from storage.db import Database

NO_STORE_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


@dataclass(frozen=True, slots=True)
class CorrectionEndpoints:
    """Serves each user the words of their own results."""

    db: Database
    pipeline: Pipeline
    page: PageChannel
    authenticator: Authenticator

    async def show_words(self, request: Request, job_id: UUID) -> Response:
        """The words of a job's result; 404 for one of somebody else, without words, or whose source is deleted."""
        user = await asyncio.to_thread(self.authenticator.authenticate, request)
        content = await asyncio.to_thread(self._find_words, user.id, job_id) if user else None
        if content is None:
            return JSONResponse({}, 404 if user else 401, NO_STORE_HEADERS)
        return JSONResponse(content, headers=NO_STORE_HEADERS)

    def _find_words(self, user_id: str, job_id: UUID) -> dict[str, Any] | None:
        with self.db.read_transaction() as session:
            person = self.page.find_person(session, user_id)
            found = find_correctable(session, person, job_id) if person else None
            return None if person is None or found is None or found.is_source_gone else self._render(found, person)

    def _render(self, found: CorrectableJob, person: Person) -> dict[str, Any]:
        price = found.compute_price(self.pipeline, person)
        transcript = found.shown.transcript
        return {
            "language": transcript.language,
            "lines": [[word.model_dump() for word in line] for line in list_lines(transcript)],
            "cost": translate(person.language, "correction-costs", {"credits": price}),
        }


def build_corrections_router(endpoints: CorrectionEndpoints) -> APIRouter:
    router = APIRouter()

    @router.get("/chat/words/{job_id}")
    async def show_words(request: Request, job_id: UUID) -> Response:
        return await endpoints.show_words(request, job_id)

    return router
