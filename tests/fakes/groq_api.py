"""Fake Groq API: `POST /openai/v1/audio/transcriptions`, as strict as the parameter types of Groq's own SDK.

Use `create_client()` for an `httpx.Client` that needs no socket, or serve the instance itself: it is an ASGI app.
"""

import json
import re
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from groq.types.audio.transcription_create_params import TranscriptionCreateParams

PATH = "/openai/v1/audio/transcriptions"
FILES = {"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"}
MOST_BYTES = 25 * 1024 * 1024

_ALLOWED = typing.get_type_hints(TranscriptionCreateParams)
Words = list[tuple[str, float, float]]


def literals(name: str) -> set[str]:
    """The values a parameter may have, by the SDK's annotations."""
    return set(_strings(_ALLOWED[name]))


def _strings(annotation: Any) -> typing.Iterator[str]:
    if isinstance(annotation, str):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _strings(inner)


@dataclass
class Fault:
    """The failure of one call: a status with headers and a body, or an exception of httpx."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": {"message": "injected", "type": "injected"}}'
    error: type[httpx.TransportError] | None = None


@dataclass
class Call:
    """One accepted request: its fields (lists), the file's name and bytes."""

    fields: dict[str, list[str]]
    file_name: str
    file: bytes


class FakeGroq:
    """Responds with `response`; `faults` are used up first, one a call."""

    def __init__(self, key: str = "gsk_test") -> None:
        self.key = key
        self.calls: list[Call] = []
        self.attempts = 0
        self.faults: list[Fault] = []
        self.reply = verbose([("Hello", 0.2, 0.5), ("world", 0.6, 1.0)], "Hello, world.")

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._handle))

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Check one request; returns status, headers and body."""
        self.attempts += 1
        if self.faults:
            fault = self.faults.pop(0)
            if fault.error:
                raise fault.error("injected")
            return fault.status, {"content-type": "application/json", **fault.headers}, fault.body
        if (method, path) != ("POST", PATH):
            return _problem(404, f"Unknown request URL: {method} {path}")
        if headers.get("authorization") != f"Bearer {self.key}":
            return _problem(401, "Invalid API Key")
        try:
            self.calls.append(_checked(headers.get("content-type", ""), body))
        except _TooLarge:
            return _problem(413, "Request Entity Too Large")
        except ValueError as error:
            return _problem(400, str(error))
        return 200, {"content-type": "application/json"}, json.dumps(self.reply).encode()

    def _handle(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        status, out, body = self.answer(request.method, request.url.path, headers, request.read())
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
        status, out, answer = self.answer(scope["method"], scope["path"], headers, body)
        raw = [(name.encode(), value.encode()) for name, value in out.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": answer})


class _TooLarge(Exception):
    pass


def verbose(words: Words, text: str, language: str = "English", **segment: float) -> dict[str, Any]:
    """A `verbose_json` answer of one segment; `segment` sets its times and avg_logprob, no_speech_prob and so on."""
    end = words[-1][2] if words else 1.0
    facts = {"start": words[0][1] if words else 0.0, "end": end, "avg_logprob": -0.15, "no_speech_prob": 0.01}
    facts |= {"compression_ratio": 1.2, "temperature": 0.0} | segment
    return {
        "task": "transcribe",
        "language": language,
        "duration": end + 0.5,
        "text": f" {text}",
        "segments": [{"id": 0, "seek": 0, "text": f" {text}", "tokens": [50365], **facts}],
        "words": [{"word": word, "start": start, "end": stop} for word, start, stop in words],
        "x_groq": {"id": "req_test"},
    }


def _problem(status: int, message: str) -> tuple[int, dict[str, str], bytes]:
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()
    return status, {"content-type": "application/json"}, body


def _checked(content_type: str, body: bytes) -> Call:
    if len(body) > MOST_BYTES:
        raise _TooLarge
    call = _parsed(content_type, body)
    for name in call.fields:
        if name.removesuffix("[]") not in _ALLOWED:
            raise ValueError(f"unknown param {name}")
    _check_choices(call.fields)
    if call.file_name.rpartition(".")[2] not in FILES:
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
        if unknown := set(values) - literals(name):
            raise ValueError(f"`{name}` must not be {unknown}")
    if granularities and fields.get("response_format") != ["verbose_json"]:
        raise ValueError("timestamp_granularities is only supported for verbose_json")


def _parsed(content_type: str, body: bytes) -> Call:
    """RFC 7578, as httpx writes it."""
    found = re.match(r"multipart/form-data; boundary=(\S+)$", content_type)
    if not found:
        raise ValueError("request Content-Type isn't multipart/form-data")
    fields: dict[str, list[str]] = {}
    name, content = "", b""
    for part in body.split(b"--" + found.group(1).encode())[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        about = dict(re.findall(r'(\w+)="([^"]*)"', head.decode()))
        if "filename" in about:
            name, content = about["filename"], value
        else:
            fields.setdefault(about["name"], []).append(value.decode())
    return Call(fields, name, content)
