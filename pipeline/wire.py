"""Protocol between a process and its sandboxed child.

The parent sends a pickled `SandboxRequest`: it is trusted, and the child has read no untrusted byte yet. The child
sends JSON frames only: once it has parsed a user's file it may run foreign code, so nothing it sends is unpickled, no
name it sends is imported, and no path outside its own folder is accepted.
"""

import dataclasses
import json
import pickle
import socket
import struct
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from models.errors import AppError, Code, Failed, Refused
from models.films import Film
from models.media import Facts
from models.words import Transcript, Word
from pipeline.allowance import Allowance

TAG = "~"  # key that marks a JSON object as a value of one of the types below
TYPES: Mapping[str, type[Any]] = {kind.__name__: kind for kind in (Facts, Film, Transcript, Word)}
ERRORS: Mapping[str, type[AppError]] = {kind.__name__: kind for kind in (Refused, Failed)}

MAX_FRAME = 32_000_000  # bytes; the transcript of an hour is under 1 MB
_LENGTH = struct.Struct("!I")


class Garbled(Exception):
    """A child sent a message that violates the protocol."""


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One run: `module:function`, its keyword arguments, its private folder, and its limits."""

    task: str
    arguments: Mapping[str, object]
    directory: Path
    allowance: Allowance


def send_request(talk: socket.socket, request: Request) -> None:
    """Send a request to the child. Raises OSError if it has exited."""
    body = pickle.dumps(request)
    talk.sendall(_LENGTH.pack(len(body)) + body)


def read_request(talk: socket.socket) -> Request:
    """Read the child's request. Raises EOFError if the parent has exited."""
    (length,) = _LENGTH.unpack(_exactly(talk, _LENGTH.size))
    request: Request = pickle.loads(_exactly(talk, length))  # noqa: S301 - sent by the trusted parent, see the module
    return request


def _exactly(talk: socket.socket, size: int) -> bytes:
    held = bytearray()
    while len(held) < size:
        if not (data := talk.recv(size - len(held))):
            raise EOFError
        held += data
    return bytes(held)


def frame(message: Mapping[str, object]) -> bytes:
    """Encode a message as a frame: four bytes of length, then JSON. Raises ValueError if it is too long."""
    body = json.dumps(message, allow_nan=False, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(body) > MAX_FRAME:
        raise ValueError(f"an answer of {len(body)} bytes: write a file and name it instead")
    return _LENGTH.pack(len(body)) + body


class Frames:
    """Decodes a byte stream into messages. Raises `ProtocolError` for frames that are too long or no JSON objects."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        self._held += data
        while (body := self._next()) is not None:
            yield _message(body)

    def _next(self) -> bytes | None:
        if len(self._held) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._held)
        if length > MAX_FRAME:
            raise Garbled(f"a frame of {length} bytes")
        end = _LENGTH.size + length
        if len(self._held) < end:
            return None
        body = bytes(self._held[_LENGTH.size : end])
        del self._held[:end]
        return body


def _message(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Garbled("not JSON") from error
    if not isinstance(message, dict):
        raise Garbled("not an object")
    return message


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def encode(value: object) -> object:
    """Encode a task's result as JSON values. Raises TypeError for types that may not leave the child."""
    match value:
        case Enum():
            return encode(value.value)
        case None | bool() | int() | float() | str():
            return value
        case Path():
            return {TAG: "Path", "value": str(value)}
        case list() | tuple():
            return [encode(item) for item in value]
        case Mapping() if TAG not in value and all(isinstance(key, str) for key in value):
            return {key: encode(item) for key, item in value.items()}
    name = type(value).__name__
    if TYPES.get(name) is not type(value):
        raise TypeError(f"{name} may not come out of a child: return JSON values, or a type of pipeline.wire.TYPES")
    return {TAG: name, "value": _adapter(name).dump_python(value, mode="json")}


def decode(value: object, directory: Path) -> object:
    """Decode a result of `encode`; tuples come back as lists.

    Raises `ProtocolError` for unknown types, invalid fields, and files outside `directory`.
    """
    match value:
        case list():
            return [decode(item, directory) for item in value]
        case {"~": "Path", "value": str(text)}:
            return _inside(Path(text), directory)
        case {"~": str(name), "value": fields}:
            return _typed(name, fields, directory)
        case dict():
            return {key: decode(item, directory) for key, item in value.items()}
    return value


def _typed(name: str, fields: object, directory: Path) -> object:
    if name not in TYPES:
        raise Garbled(f"a {name}")
    try:
        value = _adapter(name).validate_python(fields)
    except ValidationError as error:
        raise Garbled(f"not a {name}") from error
    for path in paths_in(value):
        _inside(path, directory)
    return value


def _inside(path: Path, directory: Path) -> Path:
    """Return the path if it is inside the child's folder: it could name, or link to, another user's file."""
    if not path.resolve().is_relative_to(directory.resolve()):
        raise Garbled("a file outside its folder")
    return path


def paths_in(value: object) -> Iterator[Path]:
    """Every path inside a value made of mappings, sequences, dataclasses and models."""
    if isinstance(value, Path):
        yield value
    for part in _parts(value):
        yield from paths_in(part)


def _parts(value: object) -> Iterable[object]:
    match value:
        case Mapping():
            return value.values()
        case list() | tuple() | set() | frozenset():
            return value
        case BaseModel():
            return dict(value).values()
    if dataclasses.is_dataclass(value):
        return [getattr(value, field.name) for field in dataclasses.fields(value)]
    return ()


def anchored(value: object) -> object:
    """A copy of the value with all paths made absolute: the child has another working directory."""
    match value:
        case Path():
            return value.absolute()
        case Mapping():
            return {key: anchored(item) for key, item in value.items()}
        case list() | tuple():
            return [anchored(item) for item in value] if isinstance(value, list) else tuple(map(anchored, value))
    return value


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(TYPES[name])


def rehearse() -> None:
    """Build the cached type adapters before the fork: it would cost every child a few milliseconds."""
    for name in TYPES:
        _adapter(name)


def error_message(error: AppError) -> dict[str, object]:
    """Encode an expected error as a message."""
    return {"kind": "error", "type": type(error).__name__, "code": str(error.code), "values": error.values}


def error_of(message: Mapping[str, Any]) -> AppError:
    """Decode the error of a message. Raises `ProtocolError` for unknown codes and invalid values."""
    values = message.get("values")
    if not isinstance(values, dict) or not all(isinstance(value, str | int | float) for value in values.values()):
        raise Garbled("an error's values")
    try:
        return ERRORS[str(message.get("type"))](Code(str(message.get("code"))), **values)
    except (KeyError, ValueError, TypeError) as error:
        raise Garbled("an error") from error
