"""Sketches in the conversation: pictures become films of being drawn."""

from typing import get_args

from bots.core.conversation.features.drawing_words import find_drawing_hints, parse_drawing_words
from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.settings import Setting, SettingValue, values_from
from models.jobs.film_sizes import Aspect, Resolution
from models.jobs.hands import NO_HAND, load_hands
from models.media.facts import MediaKind
from models.messaging.deliveries import TranslatedText
from pipeline import SKETCH

LENGTHS = ("6", "10", "20", "30", "60")  # seconds
FINISHES = ("colour", "lines")
DRAWINGS = "drawings"  # the row of a group in /settings


def _list_lengths() -> tuple[SettingValue, ...]:
    return values_from(
        {seconds: TranslatedText(key="choice-seconds", values={"seconds": seconds}) for seconds in LENGTHS}
    )


def _list_hands() -> tuple[SettingValue, ...]:
    return values_from({name: TranslatedText(key=f"hand-{name}") for name in (*load_hands(), NO_HAND)})


def _list_finishes() -> tuple[SettingValue, ...]:
    return values_from({finish: TranslatedText(key=f"choice-finish-{finish}") for finish in FINISHES})


def _list_aspects() -> tuple[SettingValue, ...]:
    return values_from(
        {aspect: TranslatedText(key=f"aspect-{aspect.replace(':', '-')}") for aspect in get_args(Aspect)}
    )


def _list_resolutions() -> tuple[SettingValue, ...]:
    return values_from({lines: TranslatedText(key=f"resolution-{lines}") for lines in get_args(Resolution)})


SKETCH_FEATURE = Feature(
    SKETCH,
    aliases=("draw", "desenhar", "desenho", "dibujar", "dibujo"),
    default_for=frozenset({MediaKind.IMAGE}),
    parse_words=parse_drawing_words,
    word_options=("title", "order"),
    later_options=("order",),
    find_hints=find_drawing_hints,
    settings=(
        Setting("seconds", option="seconds", default="10", list_values=_list_lengths, parse=float),
        Setting("hand", option="hand", default="marker", list_values=_list_hands),
        Setting("finish", option="finish", default="colour", list_values=_list_finishes),
        Setting("aspect", option="aspect", default="auto", list_values=_list_aspects, group=DRAWINGS),
        Setting("resolution", option="resolution", default="auto", list_values=_list_resolutions, group=DRAWINGS),
    ),
)
