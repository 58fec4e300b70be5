"""Reading of a style file that a user sent, with what is wrong with it said by field."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from models.captions.style import CaptionStyle
from models.errors import ErrorCode, RequestRejected

MAX_STYLE_BYTES: Final = 20_000  # of one file
_MAX_FIELD: Final = 60  # characters of a field's name that are repeated
_NAME_PATTERN: Final = re.compile(r"[a-z][a-z0-9-]{0,23}")
_ALLOWED_PATTERN: Final = re.compile(r"there are (.+)$")
_BOUNDS: Final = {
    "greater_than_equal": ("≥", "ge"), "less_than_equal": ("≤", "le"), "greater_than": (">", "gt"),
    "less_than": ("<", "lt"), "too_long": ("≤", "max_length"), "string_too_long": ("≤", "max_length"),
}  # fmt: skip
_EXAMPLES: Final = {"string": '"…"', "bool": "true, false", "tuple": "[…]", "model": "{…}", "dict": "{…}"}
_CODES: Final = {"missing": ErrorCode.STYLE_FIELD_MISSING, "extra_forbidden": ErrorCode.STYLE_FIELD_UNKNOWN}


@dataclass(frozen=True, slots=True)
class StyleFile:
    """A caption style that a user sent; its name is empty where that of the file makes none."""

    name: str
    style: CaptionStyle


def parse_style(data: bytes) -> CaptionStyle:
    """Parse a style file.

    Raises RequestRejected: STYLE_UNREADABLE, or STYLE_FIELD_MISSING, STYLE_FIELD_UNKNOWN or STYLE_VALUE_INVALID with
    the first field that is wrong.
    """
    if len(data) > MAX_STYLE_BYTES:
        raise RequestRejected(ErrorCode.STYLE_UNREADABLE, line="?")
    try:
        return CaptionStyle.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        raise _describe(error) from error
    except (ValueError, RecursionError) as error:
        where = re.search(r"at line (\d+)", str(error))
        raise RequestRejected(ErrorCode.STYLE_UNREADABLE, line=where.group(1) if where else "?") from error


def build_style_name(file_name: str) -> str | None:
    """The name of a style by that of its file: lower case, letters, digits and hyphens; None where nothing is left."""
    stem = file_name.rpartition("/")[2].removesuffix(".toml")
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).lstrip("-0123456789")[:24].rstrip("-")
    return name if _NAME_PATTERN.fullmatch(name) else None


def _describe(error: ValidationError) -> RequestRejected:
    """The first mistake: where it is, which kind it is, and what is allowed there."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = _clean(".".join(map(str, first["loc"])))[:_MAX_FIELD] or "base"
    if code := _CODES.get(first["type"]):
        return RequestRejected(code, field=field)
    allowed = _list_allowed(first["type"], first["msg"], first.get("ctx", {}))
    return RequestRejected(ErrorCode.STYLE_VALUE_INVALID, field=field, allowed=allowed)


def _list_allowed(kind: str, message: str, context: dict[str, Any]) -> str:
    """What is allowed, in signs that are the same in every language."""
    if kind == "value_error":
        names = _ALLOWED_PATTERN.search(message)
        return names.group(1) if names else "stroke, shadows, plate"
    if kind in _BOUNDS:
        sign, bound = _BOUNDS[kind]
        return f"{sign} {context[bound]:g}"
    if kind == "string_pattern_mismatch":
        return "#FFD60A"
    return str(context.get("expected") or _EXAMPLES.get(kind.partition("_")[0], "1, 0.5"))


def _clean(text: str) -> str:
    """Without what would make another sentence of the bot's: a field's name may be any text."""
    return re.sub(r"[^\w.-]", "", text)
