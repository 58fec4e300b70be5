"""Answers of Groq's chat models, whose form is enforced by a JSON schema."""

import json
from dataclasses import dataclass
from typing import Any, Final

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import ErrorCode
from models.provider_prices import load_provider_prices
from pipeline.chat.model import AnswerT, AnswerUnusable, ChatJob, ChatUsage
from pipeline.groq.client import GroqClient, GroqSession, PayloadTooLarge

REQUEST_SECONDS: Final = 30.0  # seconds for one attempt
MAX_COMPLETION_TOKENS: Final = 4096  # counted against the limit of a minute whether used or not: 8000 without payment

_log = structlog.get_logger(__name__)


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str = ""


class _Tokens(BaseModel):
    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)


class _Metering(BaseModel):
    usage: _Tokens | None = None


class ChatCompletion(BaseModel):
    """The fields used of a completion."""

    model_config = ConfigDict(frozen=True)

    choices: tuple[_Choice, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class GroqChat:
    """Chat model of one Groq account."""

    client: GroqClient
    model: str

    def ask(self, instructions: str, content: object, answer: type[AnswerT], job: ChatJob) -> AnswerT:
        """As `ChatModel.ask`."""
        parameters: dict[str, Any] = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": instructions},
                {"role": "user", "content": json.dumps(content, ensure_ascii=False)},
            ],
            "response_format": _build_format(answer),
            "temperature": 0.2,
            "max_completion_tokens": MAX_COMPLETION_TOKENS,
        }

        async def request(session: GroqSession) -> bytes:
            async def send() -> bytes:
                response: Any = await session.sdk.chat.completions.with_raw_response.create(**parameters)
                body: bytes = await response.read()
                return body

            return await session.request(send, REQUEST_SECONDS)

        try:
            body = self.client.run(request, job.patience, job.is_cancelled)
        except PayloadTooLarge as error:
            raise AnswerUnusable from error
        if usage := read_usage(body, self.model):
            job.record_usage(usage)
        return _parse(body, answer)


def create_groq_chat(api_key: str, base_url: str | None, model: str) -> GroqChat:
    return GroqChat(GroqClient(api_key, base_url, failure=ErrorCode.TEXT_SERVICE_DOWN), model)


def _build_format(answer: type[BaseModel]) -> dict[str, object]:
    described = {"name": answer.__name__, "strict": True, "schema": answer.model_json_schema()}
    return {"type": "json_schema", "json_schema": described}


def read_usage(body: bytes, model: str) -> ChatUsage | None:
    """What a completion cost; None where it does not say. One whose answer cannot be used is paid for too."""
    try:
        tokens = _Metering.model_validate_json(body).usage
    except ValidationError:
        return None
    if tokens is None:
        return None
    cost = load_provider_prices().compute_chat_cost(model, tokens.prompt_tokens, tokens.completion_tokens)
    return ChatUsage(tokens.prompt_tokens, tokens.completion_tokens, cost)


def _parse(body: bytes, answer: type[AnswerT]) -> AnswerT:
    try:
        choice = ChatCompletion.model_validate_json(body).choices[0]
        return answer.model_validate_json(choice.message.content or "")
    except ValidationError as error:
        _log.warning("chat-answer-unusable", problems=error.error_count())
        raise AnswerUnusable from error
