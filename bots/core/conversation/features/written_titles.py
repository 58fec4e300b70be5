"""Title of a drawing in the words sent with a picture: in quotation marks, or behind "title:"."""

import re
from collections.abc import Mapping
from typing import Any

from models.errors import ErrorCode, RequestRejected
from models.limits import load_limits

_LABELLED = re.compile(r"^\s*(?:t[ií]tulo|title)\s*[:：]\s*(?P<title>.+)$", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|«([^»]+)»|„([^“”]+)[“”]|「([^」]+)」", re.DOTALL)
_QUOTATION_MARKS = '"“”«»„「」 '


def parse_title_option(words: str) -> Mapping[str, Any]:
    """The option `title` where the words have one. Raises RequestRejected for one that is too long or has no letter."""
    title = find_title(words)
    if not title:
        return {}
    limit = load_limits().film.max_title
    if len(title) > limit:
        raise RequestRejected(ErrorCode.TITLE_TOO_LONG, length=len(title), limit=limit)
    if not any(map(str.isalnum, title)):
        raise RequestRejected(ErrorCode.TITLE_UNREADABLE)
    return {"title": title}


def find_title(words: str) -> str:
    """The title in the words of a user; empty where they have none."""
    labelled = _LABELLED.search(words)
    if labelled is not None:
        return " ".join(labelled["title"].strip(_QUOTATION_MARKS).split())
    quoted = _QUOTED.search(words)
    return " ".join(next(filter(None, quoted.groups())).split()) if quoted is not None else ""
