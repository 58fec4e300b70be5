"""Options of a drawing in the words of its user: a title to be written, and what is drawn first and last."""

from collections.abc import Mapping
from typing import Any, Final

from bots.core.conversation.features.written_titles import parse_title_option
from models.messaging.deliveries import TranslatedText
from models.sketch.order_words import parse_order

_LANGUAGE: Final = "pt"  # of a text whose own words do not say it


def parse_drawing_words(words: str) -> Mapping[str, Any]:
    """The options `title` and `order` where the words have them. Raises RequestRejected for an impossible title."""
    subjects = parse_order(words, _LANGUAGE).subjects
    return {**parse_title_option(words), **({"order": subjects} if subjects else {})}


def find_drawing_hints(words: str) -> tuple[TranslatedText, ...]:
    """What the words ask to be drawn first or last, and no detector knows."""
    unknown = parse_order(words, _LANGUAGE).unknown
    things = ", ".join(f"“{thing}”" for thing in unknown)
    return (TranslatedText(key="order-unknown", values={"things": things}),) if unknown else ()
