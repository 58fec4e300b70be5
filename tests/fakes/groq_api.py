"""Fake Groq API: `POST /openai/v1/audio/transcriptions` and `/chat/completions`, as strict as the parameter types of
Groq's own SDK.

Use `create_transport()` for a client that needs no socket, or serve the instance itself: it is an ASGI app.
"""

import asyncio
import json
import re
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from fakes.groq_chat import ChatCall, build_completion, check_chat_request
from groq.types.audio.transcription_create_params import TranscriptionCreateParams

PATH = "/openai/v1/audio/transcriptions"
CHAT_PATH = "/openai/v1/chat/completions"
MAX_PROMPT_CHARACTERS = 896
FILE_TYPES = {"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"}
MAX_FILE_BYTES = 25 * 1024 * 1024

_ALLOWED = typing.get_type_hints(TranscriptionCreateParams)
TimedWords = list[tuple[str, float, float]]


def list_allowed_values(name: str) -> set[str]:
    """The values a parameter may have, by the SDK's annotations."""
    return set(_iterate_strings(_ALLOWED[name]))


def _iterate_strings(annotation: Any) -> typing.Iterator[str]:
    if isinstance(annotation, str):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _iterate_strings(inner)


@dataclass
class GroqFault:
    """The failure of one call: a status with headers and a body, an exception of httpx, or no answer at all."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": {"message": "injected", "type": "injected"}}'
    error: type[httpx.TransportError] | None = None
    hangs: bool = False


@dataclass
class GroqCall:
    """One accepted request: its fields (lists), the file's name and bytes."""

    fields: dict[str, list[str]]
    file_name: str
    file: bytes


Answer = tuple[int, dict[str, str], bytes]


class FakeGroq:
    """Responds to speech with `response`, or with what `hear` makes of a call, and to chats with what `chat` makes of
    one; `faults` are used up first, one a call."""

    def __init__(self, key: str = "gsk_test") -> None:
        self.key = key
        self.calls: list[GroqCall] = []
        self.chat_calls: list[ChatCall] = []
        self.attempts = 0
        self.hanging = 0  # requests without an answer
        self.faults: list[GroqFault] = []
        self.max_file_bytes = MAX_FILE_BYTES
        self.max_chat_bytes = MAX_FILE_BYTES
        self.response = build_verbose_json([("Hello", 0.2, 0.5), ("world", 0.6, 1.0)], "Hello, world.")
        self.hear: Callable[[GroqCall], dict[str, Any]] = lambda _: self.response
        self.chat: Callable[[ChatCall], object] = lambda _: {}

    def create_transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._handle_httpx_request)

    async def handle_request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Check one request; returns status, headers and body."""
        self.attempts += 1
        if self.faults:
            return await self._fail(self.faults.pop(0))
        if method != "POST" or path not in {PATH, CHAT_PATH}:
            return _build_error(404, f"Unknown request URL: {method} {path}")
        if headers.get("authorization") != f"Bearer {self.key}":
            return _build_error(401, "Invalid API Key")
        try:
            answer = self._chat(body) if path == CHAT_PATH else self._transcribe(headers, body)
        except _TooLarge:
            return _build_error(413, "Request Entity Too Large")
        except ValueError as error:
            return _build_error(400, str(error))
        return 200, {"content-type": "application/json"}, json.dumps(answer).encode()

    async def _fail(self, fault: GroqFault) -> Answer:
        if fault.hangs:
            self.hanging += 1
            try:
                await asyncio.Event().wait()
            finally:
                self.hanging -= 1
        if fault.error:
            raise fault.error("injected")
        return fault.status, {"content-type": "application/json", **fault.headers}, fault.body

    def _transcribe(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        if len(body) > self.max_file_bytes:
            raise _TooLarge
        call = _parse_and_check(headers.get("content-type", ""), body)
        self.calls.append(call)
        return self.hear(call)

    def _chat(self, body: bytes) -> dict[str, Any]:
        if len(body) > self.max_chat_bytes:
            raise _TooLarge
        call = check_chat_request(body)
        self.chat_calls.append(call)
        return build_completion(call, self.chat(call))

    async def _handle_httpx_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        status, out, body = await self.handle_request(request.method, request.url.path, headers, await request.aread())
        return httpx.Response(status, headers=out, content=body)

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        status, out, content = await self.handle_request(scope["method"], scope["path"], headers, body)
        raw = [(name.encode(), value.encode()) for name, value in out.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content})


class _TooLarge(Exception):
    pass


def build_verbose_json(words: TimedWords, text: str, language: str = "English", **segment: float) -> dict[str, Any]:
    """A `verbose_json` answer of one segment; `segment` sets its times and avg_logprob, no_speech_prob and so on."""
    end = words[-1][2] if words else 1.0
    fields = {"start": words[0][1] if words else 0.0, "end": end, "avg_logprob": -0.15, "no_speech_prob": 0.01}
    fields |= {"compression_ratio": 1.2, "temperature": 0.0} | segment
    return {
        "task": "transcribe",
        "language": language,
        "duration": end + 0.5,
        "text": f" {text}",
        "segments": [{"id": 0, "seek": 0, "text": f" {text}", "tokens": [50365], **fields}],
        "words": [{"word": word, "start": start, "end": stop} for word, start, stop in words],
        "x_groq": {"id": "req_test"},
    }


def _build_error(status: int, message: str) -> tuple[int, dict[str, str], bytes]:
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()
    return status, {"content-type": "application/json"}, body


def _parse_and_check(content_type: str, body: bytes) -> GroqCall:
    call = _parse_multipart(content_type, body)
    for name in call.fields:
        if name.removesuffix("[]") not in _ALLOWED:
            raise ValueError(f"unknown param {name}")
    _check_choices(call.fields)
    if (length := len(call.fields.get("prompt", [""])[0])) > MAX_PROMPT_CHARACTERS:
        raise ValueError(f"prompt length must be 896 characters or fewer, but provided prompt contains {length}")
    if call.file_name.rpartition(".")[2] not in FILE_TYPES:
        raise ValueError("file must be one of the following types: [flac mp3 mp4 mpeg mpga m4a ogg wav webm]")
    if not call.file:
        raise ValueError("file is empty")
    return call


def _check_choices(fields: dict[str, list[str]]) -> None:
    granularities = fields.get("timestamp_granularities[]", [])
    for name, values in (
        ("model", fields.get("model", [""])),
        ("language", fields.get("language", [])),
        ("response_format", fields.get("response_format", [])),
        ("timestamp_granularities", granularities),
    ):
        if unknown := set(values) - list_allowed_values(name):
            raise ValueError(f"`{name}` must not be {unknown}")
    if granularities and fields.get("response_format") != ["verbose_json"]:
        raise ValueError("timestamp_granularities is only supported for verbose_json")


def _parse_multipart(content_type: str, body: bytes) -> GroqCall:
    """RFC 7578, as httpx writes it."""
    found = re.match(r"multipart/form-data; boundary=(\S+)$", content_type)
    if not found:
        raise ValueError("request Content-Type isn't multipart/form-data")
    fields: dict[str, list[str]] = {}
    name, content = "", b""
    for part in body.split(b"--" + found.group(1).encode())[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', head.decode()))
        if "filename" in attributes:
            name, content = attributes["filename"], value
        else:
            fields.setdefault(attributes["name"], []).append(value.decode())
    return GroqCall(fields, name, content)
