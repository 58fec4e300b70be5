"""Menus of /settings and /language: pure functions from preferences to messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from bots.core.visit import choice, word
from bots.locales import LANGUAGES, NAMES
from models.caption_styles import caption_styles
from models.deliveries import ChoiceWording, Message, Wording
from models.hands import NO_HAND, hands
from models.people import Tastes

ROW = 3  # choices side by side


@dataclass(frozen=True, slots=True)
class Option:
    """A possible value of a preference, as stored and with its label."""

    value: str
    label: Wording


def options(taste: str) -> tuple[Option, ...]:
    """List the options of a preference. Raises KeyError for an unknown preference."""
    choices = {
        "seconds": [(seconds, word("choice-seconds", seconds=seconds)) for seconds in ("6", "10", "20", "30", "60")],
        "hand": [(name, word(f"hand-{name}")) for name in (*hands(), NO_HAND)],
        "finish": [(finish, word(f"choice-finish-{finish}")) for finish in ("colour", "lines")],
        "style": [(name, word(f"style-{name}")) for name in caption_styles()],
        "spoken": [
            ("auto", word("choice-spoken-auto")),
            ("en", word("choice-english")),
            ("pt", word("choice-portuguese")),
            ("es", word("choice-spanish")),
        ],
    }
    return tuple(Option(value, label) for value, label in choices[taste])


TASTES = ("seconds", "hand", "finish", "style", "spoken")


def chosen(taste: str, tastes: Tastes) -> Option:
    """Find the user's present option; the first one where the stored value is no longer offered."""
    value = getattr(tastes, taste)
    now = f"{value:g}" if isinstance(value, float) else str(value)
    offered = options(taste)
    return next((option for option in offered if option.value == now), offered[0])


def settings_menu(tastes: Tastes, edits: str | None = None) -> Message:
    """Build the menu of all preferences with their values."""
    rows = tuple((_nested(f"set:{taste}", f"setting-{taste}", chosen(taste, tastes).label),) for taste in TASTES)
    return Message(paragraphs=(word("settings"),), choices=rows, edits=edits)


def taste_menu(taste: str, tastes: Tastes, edits: str | None) -> Message:
    """Build the menu of one preference's values, the present one marked, with a button back."""
    now = chosen(taste, tastes)
    offered = [
        marked(ChoiceWording(data=f"set:{taste}={each.value}", label=each.label), is_chosen=each == now)
        for each in options(taste)
    ]
    rows = (*_rows(offered), (choice("set", "choice-back"),))
    return Message(paragraphs=(word(f"setting-choose-{taste}"),), choices=rows, edits=edits)


def language_menu(edits: str | None = None) -> Message:
    """Build the menu of the supported languages, each with its native name."""
    row = tuple(ChoiceWording(data=f"language:{tag}", label=word("name", name=NAMES[tag])) for tag in LANGUAGES)
    return Message(paragraphs=(word("language-choose"),), choices=(row,), edits=edits)


def _rows(choices: Sequence[ChoiceWording]) -> tuple[tuple[ChoiceWording, ...], ...]:
    return tuple(tuple(choices[start : start + ROW]) for start in range(0, len(choices), ROW))


def _nested(data: str, key: str, value: Wording) -> ChoiceWording:
    return ChoiceWording(data=data, label=Wording(key=key, inner=value))


def marked(option: ChoiceWording, *, is_chosen: bool) -> ChoiceWording:
    """Add a mark to the label of the chosen option."""
    if not is_chosen:
        return option
    return option.model_copy(update={"label": Wording(key="choice-made", inner=option.label)})
