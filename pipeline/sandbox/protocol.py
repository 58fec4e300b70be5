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

from models.errors import AppError, ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.film import Film
from models.jobs.transcript import Transcript, Word
from models.media.facts import MediaInfo, SoundInfo, SoundPiece
from pipeline.sandbox.limits import ResourceLimits

TYPE_TAG = "~"  # key that marks a JSON object as a value of one of the types below
_TYPES = (MediaInfo, SoundInfo, SoundPiece, Film, Transcript, Word)
TYPES: Mapping[str, type[Any]] = {kind.__name__: kind for kind in _TYPES}
ERROR_TYPES: Mapping[str, type[AppError]] = {kind.__name__: kind for kind in (RequestRejected, ProcessingFailed)}

MAX_TEXT_CHARACTERS = 20_000  # of a text for people or logs; patterns are searched in it
MAX_ERROR_VALUES = 20
MAX_FRAME_BYTES = 32_000_000  # bytes; the transcript of an hour is under 1 MB
_LENGTH_PREFIX = struct.Struct("!I")


class ProtocolError(Exception):
    """A child sent a message that violates the protocol."""


@dataclasses.dataclass(frozen=True, slots=True)
class SandboxRequest:
    """One run: `module:function`, its keyword arguments, its private folder, and its limits."""

    task: str
    arguments: Mapping[str, object]
    directory: Path
    limits: ResourceLimits


def send_request(data_socket: socket.socket, request: SandboxRequest) -> None:
    """Send a request to the child. Raises OSError if it has exited."""
    body = pickle.dumps(request)
    data_socket.sendall(_LENGTH_PREFIX.pack(len(body)) + body)


def read_request(data_socket: socket.socket) -> SandboxRequest:
    """Read the child's request. Raises EOFError if the parent has exited."""
    (length,) = _LENGTH_PREFIX.unpack(_read_exactly(data_socket, _LENGTH_PREFIX.size))
    request: SandboxRequest = pickle.loads(_read_exactly(data_socket, length))  # noqa: S301 - sent by the trusted parent, see the module
    return request


def _read_exactly(data_socket: socket.socket, size: int) -> bytes:
    buffer = bytearray()
    while len(buffer) < size:
        if not (data := data_socket.recv(size - len(buffer))):
            raise EOFError
        buffer += data
    return bytes(buffer)


def encode_frame(message: Mapping[str, object]) -> bytes:
    """Encode a message as a frame: four bytes of length, then JSON. Raises ValueError if it is too long."""
    body = json.dumps(message, allow_nan=False, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(body) > MAX_FRAME_BYTES:
        raise ValueError(f"an answer of {len(body)} bytes: write a file and name it instead")
    return _LENGTH_PREFIX.pack(len(body)) + body


class FrameDecoder:
    """Decodes a byte stream into messages. Raises `ProtocolError` for frames that are too long or no JSON objects."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        self._buffer += data
        while (body := self._pop_frame()) is not None:
            yield _parse_message(body)

    def _pop_frame(self) -> bytes | None:
        if len(self._buffer) < _LENGTH_PREFIX.size:
            return None
        (length,) = _LENGTH_PREFIX.unpack_from(self._buffer)
        if length > MAX_FRAME_BYTES:
            raise ProtocolError(f"a frame of {length} bytes")
        end = _LENGTH_PREFIX.size + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[_LENGTH_PREFIX.size : end])
        del self._buffer[:end]
        return body


def _parse_message(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body, parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("not JSON") from error
    if not isinstance(message, dict):
        raise ProtocolError("not an object")
    return message


def _reject_constant(name: str) -> float:
    raise ValueError(name)


def encode(value: object) -> object:
    """Encode a task's result as JSON values. Raises TypeError for types that may not leave the child."""
    match value:
        case Enum():
            return encode(value.value)
        case None | bool() | int() | float() | str():
            return value
        case Path():
            return {TYPE_TAG: "Path", "value": str(value)}
        case list() | tuple():
            return [encode(item) for item in value]
        case Mapping() if TYPE_TAG not in value and all(isinstance(key, str) for key in value):
            return {key: encode(item) for key, item in value.items()}
    name = type(value).__name__
    if TYPES.get(name) is not type(value):
        raise TypeError(
            f"{name} may not come out of a child: return JSON values, or a type of pipeline.sandbox.protocol.TYPES"
        )
    return {TYPE_TAG: name, "value": _adapter_for(name).dump_python(value, mode="json")}


def decode(value: object, directory: Path) -> object:
    """Decode a result of `encode`; tuples come back as lists.

    Raises `ProtocolError` for unknown types, invalid fields, and files outside `directory`.
    """
    match value:
        case list():
            return [decode(item, directory) for item in value]
        case {"~": "Path", "value": str(text)}:
            return _require_inside(Path(text), directory)
        case {"~": str(name), "value": fields}:
            return _decode_typed(name, fields, directory)
        case dict():
            return {key: decode(item, directory) for key, item in value.items()}
    return value


def _decode_typed(name: str, fields: object, directory: Path) -> object:
    if name not in TYPES:
        raise ProtocolError(f"a {name}")
    try:
        value = _adapter_for(name).validate_python(fields)
    except ValidationError as error:
        raise ProtocolError(f"not a {name}") from error
    for path in find_paths(value):
        _require_inside(path, directory)
    return value


def _require_inside(path: Path, directory: Path) -> Path:
    """Return the path if it is inside the child's folder: it could name, or link to, another user's file."""
    if not path.resolve().is_relative_to(directory.resolve()):
        raise ProtocolError("a file outside its folder")
    return path


def find_paths(value: object) -> Iterator[Path]:
    """Every path inside a value made of mappings, sequences, dataclasses and models."""
    if isinstance(value, Path):
        yield value
    for part in _parts_of(value):
        yield from find_paths(part)


def _parts_of(value: object) -> Iterable[object]:
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


def make_paths_absolute(value: object) -> object:
    """A copy of the value with all paths made absolute: the child has another working directory."""
    match value:
        case Path():
            return value.absolute()
        case Mapping():
            return {key: make_paths_absolute(item) for key, item in value.items()}
        case list() | tuple():
            return (
                [make_paths_absolute(item) for item in value]
                if isinstance(value, list)
                else tuple(map(make_paths_absolute, value))
            )
    return value


@cache
def _adapter_for(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(TYPES[name])


def build_adapters() -> None:
    """Build the cached type adapters before the fork: it would cost every child a few milliseconds."""
    for name in TYPES:
        _adapter_for(name)


def cut_text(value: object) -> str:
    """The end of a text that a child sent, where the cause of an error stands, short enough to be searched."""
    return value[-MAX_TEXT_CHARACTERS:] if isinstance(value, str) else type(value).__name__


def encode_error(error: AppError) -> dict[str, object]:
    """Encode an expected error as a message."""
    return {"kind": "error", "type": type(error).__name__, "code": str(error.code), "values": error.values}


def decode_error(message: Mapping[str, Any]) -> AppError:
    """Decode the error of a message. Raises `ProtocolError` for unknown codes and invalid values."""
    values = message.get("values")
    if not isinstance(values, dict) or not all(isinstance(value, str | int | float) for value in values.values()):
        raise ProtocolError("an error's values")
    if len(values) > MAX_ERROR_VALUES or len(str(values)) > MAX_TEXT_CHARACTERS:
        raise ProtocolError("too many values of an error")
    try:
        return ERROR_TYPES[str(message.get("type"))](ErrorCode(str(message.get("code"))), **values)
    except (KeyError, ValueError, TypeError) as error:
        raise ProtocolError("an error") from error
