"""Menus of /settings and /language: pure functions from preferences to messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from bots.core.context import choice_for, text_for
from bots.locales import LANGUAGE_NAMES, LANGUAGES
from models.identity.people import Preferences
from models.jobs.caption_styles import load_caption_styles
from models.jobs.hands import NO_HAND, load_hands
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText

CHOICES_PER_ROW = 3  # choices side by side


@dataclass(frozen=True, slots=True)
class Option:
    """A possible value of a preference, as stored and with its label."""

    value: str
    label: TranslatedText


def list_options(preference: str) -> tuple[Option, ...]:
    """List the options of a preference. Raises KeyError for an unknown preference."""
    choices = {
        "seconds": [
            (seconds, text_for("choice-seconds", seconds=seconds)) for seconds in ("6", "10", "20", "30", "60")
        ],
        "hand": [(name, text_for(f"hand-{name}")) for name in (*load_hands(), NO_HAND)],
        "finish": [(finish, text_for(f"choice-finish-{finish}")) for finish in ("colour", "lines")],
        "style": [(name, text_for(f"style-{name}")) for name in load_caption_styles()],
        "spoken": [
            ("auto", text_for("choice-spoken-auto")),
            ("en", text_for("choice-english")),
            ("pt", text_for("choice-portuguese")),
            ("es", text_for("choice-spanish")),
        ],
    }
    return tuple(Option(value, label) for value, label in choices[preference])


PREFERENCES = ("seconds", "hand", "finish", "style", "spoken")


def find_chosen_option(preference: str, preferences: Preferences) -> Option:
    """Find the user's present option; the first one where the stored value is no longer offered."""
    value = getattr(preferences, preference)
    current = f"{value:g}" if isinstance(value, float) else str(value)
    available = list_options(preference)
    return next((option for option in available if option.value == current), available[0])


def build_settings_menu(preferences: Preferences, edited_message_id: str | None = None) -> Message:
    """Build the menu of all preferences with their values."""
    rows = tuple(
        (
            _build_setting_choice(
                f"set:{preference}", f"setting-{preference}", find_chosen_option(preference, preferences).label
            ),
        )
        for preference in PREFERENCES
    )
    return Message(paragraphs=(text_for("settings"),), choices=rows, edits=edited_message_id)


def build_preference_menu(preference: str, preferences: Preferences, edited_message_id: str | None) -> Message:
    """Build the menu of one preference's values, the present one marked, with a button back."""
    current = find_chosen_option(preference, preferences)
    choices = [
        mark_chosen(
            TranslatedChoice(data=f"set:{preference}={each.value}", label=each.label), is_chosen=each == current
        )
        for each in list_options(preference)
    ]
    rows = (*_split_rows(choices), (choice_for("set", "choice-back"),))
    return Message(paragraphs=(text_for(f"setting-choose-{preference}"),), choices=rows, edits=edited_message_id)


def build_language_menu(edited_message_id: str | None = None) -> Message:
    """Build the menu of the supported languages, each with its native name."""
    row = tuple(
        TranslatedChoice(data=f"language:{tag}", label=text_for("name", name=LANGUAGE_NAMES[tag])) for tag in LANGUAGES
    )
    return Message(paragraphs=(text_for("language-choose"),), choices=(row,), edits=edited_message_id)


def _split_rows(choices: Sequence[TranslatedChoice]) -> tuple[tuple[TranslatedChoice, ...], ...]:
    return tuple(tuple(choices[start : start + CHOICES_PER_ROW]) for start in range(0, len(choices), CHOICES_PER_ROW))


def _build_setting_choice(data: str, key: str, value: TranslatedText) -> TranslatedChoice:
    return TranslatedChoice(data=data, label=TranslatedText(key=key, inner=value))


def mark_chosen(option: TranslatedChoice, *, is_chosen: bool) -> TranslatedChoice:
    """Add a mark to the label of the chosen option."""
    if not is_chosen:
        return option
    return option.model_copy(update={"label": TranslatedText(key="choice-made", inner=option.label)})
