"""Sketches in the conversation: pictures become films of being drawn."""

from typing import get_args

from bots.core.conversation.features.drawing_words import find_drawing_hints, parse_drawing_words
from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.settings import Setting, SettingValue, switch_for, values_from
from models.jobs.boards import load_boards
from models.jobs.film_sizes import Aspect, Resolution
from models.jobs.finishes import load_finishes
from models.jobs.hands import DEFAULT_HAND, NO_HAND, DrawingTool, load_hands, load_renamed_hands
from models.jobs.options import ERASER, PenSound
from models.media.facts import MediaKind
from models.messaging.deliveries import TranslatedText
from pipeline import SKETCH

LENGTHS = ("6", "10", "20", "30", "60")  # seconds
HOLDS = ("0", "1", "2", "3", "5")  # seconds
ALBUMS = ("scenes", "side")
TRANSITIONS = ("eraser", "page", "slide")
DRAWINGS = "drawings"  # the row of a group in /settings


def _list_lengths() -> tuple[SettingValue, ...]:
    return values_from(
        {seconds: TranslatedText(key="choice-seconds", values={"seconds": seconds}) for seconds in LENGTHS}
    )


def _list_hands() -> tuple[SettingValue, ...]:
    return values_from({name: TranslatedText(key=f"hand-{name}") for name in (*load_hands(), NO_HAND)})


def _list_tools() -> tuple[SettingValue, ...]:
    return values_from({tool: TranslatedText(key=f"tool-{tool}") for tool in get_args(DrawingTool)})


def _list_finishes() -> tuple[SettingValue, ...]:
    return values_from({finish: TranslatedText(key=f"choice-finish-{finish}") for finish in load_finishes()})


def _list_boards() -> tuple[SettingValue, ...]:
    return values_from({board: TranslatedText(key=f"board-{board}") for board in load_boards()})


def _list_aspects() -> tuple[SettingValue, ...]:
    return values_from(
        {aspect: TranslatedText(key=f"aspect-{aspect.replace(':', '-')}") for aspect in get_args(Aspect)}
    )


def _list_resolutions() -> tuple[SettingValue, ...]:
    return values_from({lines: TranslatedText(key=f"resolution-{lines}") for lines in get_args(Resolution)})


def _list_albums() -> tuple[SettingValue, ...]:
    return values_from({name: TranslatedText(key=f"album-{name}") for name in ALBUMS})


def _list_transitions() -> tuple[SettingValue, ...]:
    return values_from({name: TranslatedText(key=f"transition-{name}") for name in TRANSITIONS})


def _list_sounds() -> tuple[SettingValue, ...]:
    keys = {"none": "sound-none", "auto": "sound-auto"}
    return values_from({sound: TranslatedText(key=keys.get(sound, f"tool-{sound}")) for sound in get_args(PenSound)})


def _list_holds() -> tuple[SettingValue, ...]:
    lengths = {seconds: TranslatedText(key="choice-seconds", values={"seconds": seconds}) for seconds in HOLDS}
    return values_from({"auto": TranslatedText(key="hold-auto"), **lengths})


def _parse_hold(value: str) -> str | float:
    return value if value == "auto" else float(value)


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
        Setting("hand", option="hand", default=DEFAULT_HAND, list_values=_list_hands, renamed=load_renamed_hands()),
        Setting("finish", option="finish", default="colour", list_values=_list_finishes),
        Setting("board", option="board", default="white", list_values=_list_boards, group=DRAWINGS),
        Setting("tool", option="tool", default="auto", list_values=_list_tools, group=DRAWINGS),
        Setting("aspect", option="aspect", default="auto", list_values=_list_aspects, group=DRAWINGS),
        Setting("resolution", option="resolution", default="auto", list_values=_list_resolutions, group=DRAWINGS),
        Setting("hold", option="hold", default="auto", list_values=_list_holds, parse=_parse_hold, group=DRAWINGS),
        Setting("album", option="album", default=ALBUMS[0], list_values=_list_albums, group=DRAWINGS),
        Setting("transition", option="transition", default=ERASER, list_values=_list_transitions, group=DRAWINGS),
        Setting("sound", option="sound", default="none", list_values=_list_sounds, group=DRAWINGS),
        switch_for("loop", option="loop", group=DRAWINGS),
        switch_for("gif", option="gif", group=DRAWINGS),
    ),
)
