"""Texts of the chat page, and the language a browser asks for."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

FALLBACK_LANGUAGE = "en"


@cache
def load_texts() -> dict[str, dict[str, str]]:
    """Texts by language and name."""
    read: dict[str, dict[str, str]] = json.loads(files("bots.web").joinpath("texts.json").read_text("utf-8"))
    return read


def parse_accept_language(accept_language: str) -> str | None:
    """The language tag with the highest weight, such as "pt-br"; None where the header has none."""
    ranked: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        if tag and tag != "*" and tag.replace("-", "").isalnum():
            ranked.append((-_parse_weight(weight), position, tag.lower()))
    return min(ranked)[2] if ranked else None


def choose_language(tag: str | None) -> str:
    """The supported language nearest to a tag."""
    requested_tag = (tag or FALLBACK_LANGUAGE).lower()
    by_base = {language.lower().partition("-")[0]: language for language in load_texts()}
    return by_base.get(requested_tag.partition("-")[0], FALLBACK_LANGUAGE)


def render_error(tag: str | None, code: str, limit: int | None = None) -> str:
    """The text of an error code."""
    page_texts = load_texts()[choose_language(tag)]
    return page_texts.get(f"error-{code}", page_texts["error"]).replace("{limit}", str(limit))


def load_page_texts(language: str) -> dict[str, Any]:
    return dict(load_texts()[language])


def _parse_weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
