"""Multipart forms with files, streamed to disk and aborted as soon as they are too big."""

import asyncio
import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from models.display_names import sanitize_display_name

BLOCK_BYTES = 1 << 20  # bytes written to the disk at once
MAX_NAME_LENGTH = 200
MAX_FIELD_NAME_LENGTH = 64
MAX_HEADER_BYTES = 8192  # bytes of one part's headers, a file's name among them
OTHER_FIELDS = 8  # fields beside the files and their thumbnails
CountBytes = Callable[[int], None]
"""Called with the bytes of files written; may raise FormError."""


class FormError(Exception):
    """A rejected form: an HTTP status, and a code the page has a text for."""

    def __init__(self, status: int, code: str, limit: int | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.limit = limit


@dataclass(frozen=True, slots=True)
class FormLimits:
    """Bytes of all files together, number of files, bytes of all other fields, and bytes of one picture."""

    max_bytes: int
    max_files: int
    max_text: int = 3_000_000
    max_picture: int | None = None

    @property
    def max_parts(self) -> int:
        """Parts of a form: files, a thumbnail of each, and other fields."""
        return 2 * self.max_files + OTHER_FIELDS

    def max_bytes_of(self, mime: str) -> int:
        """Maximum bytes of one file of that declared type."""
        return self.max_picture or self.max_bytes if mime.startswith("image/") else self.max_bytes


@dataclass(slots=True)
class FormFile:
    path: Path
    name: str
    mime: str
    size: int = 0


@dataclass(slots=True)
class Form:
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[FormFile] = field(default_factory=list)

    def get_first(self, name: str) -> str:
        return self.fields.get(name, [""])[0]


@dataclass(slots=True)
class _FormPart:
    """State of the part that is being read."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    text: bytearray = field(default_factory=bytearray)
    file: FormFile | None = None
    out: BinaryIO | None = None


async def read_form(
    request: Request, folder: Path, limits: FormLimits, count_bytes: CountBytes = lambda _written: None
) -> Form:
    """Read a multipart form; its files are written into `folder` as `0`, `1`, ... Raises FormError."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise FormError(415, "BAD_FORM")
    _check_content_length(request, limits)
    reader = _MultipartReader(options[b"boundary"], folder, limits, count_bytes)
    try:
        await _feed_reader(request, reader)
        return reader.finish()
    finally:
        reader.close()


def content_length_of(request: Request, limits: FormLimits) -> int:
    """Bytes of a form by its Content-Length; the maximum where it has none."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else limits.max_bytes + limits.max_text


def _check_content_length(request: Request, limits: FormLimits) -> None:
    if content_length_of(request, limits) > limits.max_bytes + limits.max_text:
        raise _build_too_big_error(limits.max_bytes)


async def _feed_reader(request: Request, reader: "_MultipartReader") -> None:
    block = bytearray()
    async for chunk in request.stream():
        block += chunk
        if len(block) >= BLOCK_BYTES:
            await asyncio.to_thread(reader.write, bytes(block))
            block.clear()
    await asyncio.to_thread(reader.write, bytes(block))


class _MultipartReader:
    def __init__(self, boundary: bytes, folder: Path, limits: FormLimits, count_bytes: CountBytes) -> None:
        self._folder = folder
        self._limits = limits
        self._count_bytes = count_bytes
        self._form = Form()
        self._part = _FormPart()
        self._header_buffers = (bytearray(), bytearray())
        self._file_bytes = self._text_bytes = self._header_bytes = self._part_count = 0
        self._is_finished = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": lambda data, start, end: self._append_header(0, data[start:end]),
                    "on_header_value": lambda data, start, end: self._append_header(1, data[start:end]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._open_part,
                    "on_part_data": self._write_data,
                    "on_part_end": self._end_part,
                    "on_end": self._mark_finished,
                },
            )
        except FormParserError as error:
            raise FormError(400, "BAD_FORM") from error

    def write(self, block: bytes) -> None:
        written = self._file_bytes
        try:
            self._parser.write(block)
        except FormParserError as error:
            raise FormError(400, "BAD_FORM") from error
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise FormError(507, "DISK_FULL") from error
            raise
        if self._file_bytes > written:
            self._count_bytes(self._file_bytes - written)

    def finish(self) -> Form:
        if not self._is_finished:
            raise FormError(400, "BAD_FORM")
        return self._form

    def close(self) -> None:
        if self._part.out is not None:
            self._part.out.close()

    def _begin_part(self) -> None:
        self._part, self._header_bytes = _FormPart(), 0
        self._part_count += 1
        if self._part_count > self._limits.max_parts:
            raise FormError(400, "BAD_FORM")

    def _append_header(self, position: int, piece: bytes) -> None:
        self._header_bytes += len(piece)
        if self._header_bytes > MAX_HEADER_BYTES:
            raise FormError(400, "BAD_FORM")
        self._header_buffers[position].extend(piece)

    def _end_header(self) -> None:
        name, value = self._header_buffers
        self._part.headers[bytes(name).lower()] = bytes(value)
        self._header_buffers = (bytearray(), bytearray())

    def _open_part(self) -> None:
        _, options = parse_options_header(self._part.headers.get(b"content-disposition"))
        self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if len(self._part.name) > MAX_FIELD_NAME_LENGTH:
            raise FormError(400, "BAD_FORM")
        if b"filename" in options:
            self._open_file(options[b"filename"].decode("utf-8", "replace"))

    def _open_file(self, name: str) -> None:
        position = len(self._form.files)
        if position >= self._limits.max_files:
            raise FormError(413, "TOO_MANY_FILES", self._limits.max_files)
        mime = self._part.headers.get(b"content-type", b"").decode("ascii", "replace").lower()
        self._part.file = FormFile(self._folder / str(position), sanitize_name(name), mime)
        self._part.out = self._part.file.path.open("xb")

    def _write_data(self, data: bytes, start: int, end: int) -> None:
        if self._part.file is None or self._part.out is None:
            self._append_text(data[start:end])
            return
        self._file_bytes += end - start
        if self._file_bytes > self._limits.max_bytes:
            raise _build_too_big_error(self._limits.max_bytes)
        self._part.file.size += end - start
        if self._part.file.size > (max_bytes := self._limits.max_bytes_of(self._part.file.mime)):
            raise _build_too_big_error(max_bytes)
        self._part.out.write(data[start:end])

    def _append_text(self, piece: bytes) -> None:
        self._text_bytes += len(piece)
        if self._text_bytes > self._limits.max_text:
            raise FormError(413, "TEXT_TOO_LONG")
        self._part.text += piece

    def _end_part(self) -> None:
        if self._part.file is not None:
            self.close()
            self._form.files.append(self._part.file)
        else:
            self._form.fields.setdefault(self._part.name, []).append(self._part.text.decode("utf-8", "replace"))

    def _mark_finished(self) -> None:
        self._is_finished = True


def sanitize_name(name: str) -> str:
    """The last component of a file's name, printable, and short enough to be shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return sanitize_display_name(last)[-MAX_NAME_LENGTH:]


def _build_too_big_error(max_bytes: int) -> FormError:
    return FormError(413, "FILE_TOO_BIG", max_bytes // 1_000_000)
