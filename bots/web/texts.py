"""The page's own words, and the language a browser asks for."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

FALLBACK = "en"


@cache
def texts() -> dict[str, dict[str, str]]:
    """Sentences by language and name."""
    read: dict[str, dict[str, str]] = json.loads(files("bots.web").joinpath("texts.json").read_text("utf-8"))
    return read


def preferred(accept_language: str) -> str | None:
    """The tag a browser likes best, such as "pt-br"; None where it does not say."""
    ranked: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        if tag and tag != "*" and tag.replace("-", "").isalnum():
            ranked.append((-_weight(weight), position, tag.lower()))
    return min(ranked)[2] if ranked else None


def spoken(tag: str | None) -> str:
    """The language of ours that comes nearest to a tag."""
    wanted = (tag or FALLBACK).lower()
    by_base = {language.lower().partition("-")[0]: language for language in texts()}
    return by_base.get(wanted.partition("-")[0], FALLBACK)


def sentence(tag: str | None, code: str, limit: int | None = None) -> str:
    """What went wrong, in words."""
    words = texts()[spoken(tag)]
    return words.get(f"error-{code}", words["error"]).replace("{limit}", str(limit))


def for_page(language: str) -> dict[str, Any]:
    return dict(texts()[language])


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
