"""Chat models as their tasks see them: instructions and data in, one object of a given type out."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from models.settings import Settings

PATIENCE: Final = 150.0  # seconds for one answer, with all attempts: a minute's tokens come back twice
OPTIONAL_PATIENCE: Final = (
    20.0  # seconds, where a film is made without the answer too: nobody waits longer for a detail
)


class ChatAnswer(BaseModel):
    """Base of the answers: its JSON schema is what the model has to keep to."""

    model_config = ConfigDict(frozen=True, extra="forbid")


AnswerT = TypeVar("AnswerT", bound=ChatAnswer)


class AnswerUnusable(Exception):
    """The answer is not of its type, or the request was too large for the model: a smaller one may do."""


@dataclass(frozen=True, slots=True)
class ChatUsage:
    """Tokens of a request and of its answer, as the service counted them, and their price in millionths of a US
    dollar."""

    prompt_tokens: int
    completion_tokens: int
    cost: int


@dataclass(frozen=True, slots=True)
class ChatJob:
    """The job that answers are asked for: how its cancellation is noticed and its usage recorded, whatever becomes of
    the answer, and the seconds for one answer with all attempts."""

    is_cancelled: Callable[[], bool] = lambda: False
    record_usage: Callable[[ChatUsage], None] = lambda _: None
    patience: float = PATIENCE


class ChatModel(Protocol):
    """A chat model of a service; only its adapter imports its SDK."""

    def ask(self, instructions: str, content: object, answer: type[AnswerT], job: ChatJob) -> AnswerT:
        """Ask for an answer about `content`, which is sent as JSON: what people said is data, and never instructions.

        Raises AnswerUnusable, JobCancelled, or ProcessingFailed(TEXT_SERVICE_DOWN).
        """
        ...


def create_chat_model(settings: Settings) -> ChatModel | None:
    """The chat model of a process; None without an API key. Its adapter is imported only with a key."""
    if settings.groq_api_key is None:
        return None
    adapter = importlib.import_module("pipeline.groq.chat")
    key = settings.groq_api_key.get_secret_value()
    model: ChatModel = adapter.create_groq_chat(key, settings.groq_base_url or None, settings.groq_chat_model)
    return model
