"""Files of users as short JSON texts that describe themselves, and the stub sandbox that measures them."""

import importlib
import json
from pathlib import Path
from typing import Any

from models.errors import ErrorCode, RequestRejected
from models.media.facts import MediaInfo, MediaKind

ASS_SUBTITLES = (
    b"[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Text\n"
    b"Dialogue: 0,0:00:01.00,0:00:02.00,Default,Hello there\n"
)
SUBTITLES = b"1\n00:00:01,000 --> 00:00:02,000\nHello there\n"


class StubSandbox:
    """`SandboxClient` that returns a file's own description; subtitles are read by the real reader."""

    def run(self, task: str, arguments: dict[str, Any], **_: object) -> object:
        if task != "pipeline.media.probe:measure":
            module, _, name = task.partition(":")
            return getattr(importlib.import_module(module), name)(**arguments)
        path: Path = arguments["path"]
        description = _read_description(path.read_bytes())
        if "code" in description:
            raise RequestRejected(ErrorCode(description["code"]), **description["values"])
        return MediaInfo(**{**description, "kind": MediaKind(description["kind"])}, size=path.stat().st_size)


def _read_description(content: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(content))
    except ValueError:
        raise RequestRejected(ErrorCode.NOT_MEDIA) from None


def build_picture(width: int = 800, height: int = 600) -> bytes:
    return json.dumps({"kind": "image", "format": "png", "width": width, "height": height}).encode()


def build_video(seconds: float = 30.0, width: int = 1280) -> bytes:
    facts = {"kind": "video", "format": "mp4", "width": width, "height": 720, "seconds": seconds, "has_audio": True}
    return json.dumps(facts).encode()


def build_audio(seconds: float = 30.0) -> bytes:
    return json.dumps({"kind": "audio", "format": "ogg", "seconds": seconds, "has_audio": True}).encode()


def build_rejected_file(code: ErrorCode, **values: float) -> bytes:
    """A file that is rejected with that code when measured."""
    return json.dumps({"code": code, "values": values}).encode()
