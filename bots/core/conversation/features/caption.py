"""Captions in the conversation: videos come back with what is said in them, word by word."""

from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.settings import (
    SPOKEN_LANGUAGE,
    Setting,
    SettingValue,
    label_switch,
    list_translations,
    switch_for,
    values_from,
)
from models.captions.palette import load_palette
from models.jobs.caption_styles import DEFAULT_STYLE, load_caption_styles
from models.jobs.options import NO_TRANSLATION
from models.media.facts import MediaKind
from models.messaging.deliveries import TranslatedText
from pipeline import CAPTION


def _list_styles() -> tuple[SettingValue, ...]:
    return values_from({name: TranslatedText(key=f"style-{name}") for name in load_caption_styles()})


def _list_sizes() -> tuple[SettingValue, ...]:
    return values_from({size: TranslatedText(key=f"style-size-{size}") for size in ("medium", "small", "large")})


def _list_places() -> tuple[SettingValue, ...]:
    return values_from(
        {name: TranslatedText(key=f"style-place-{name}") for name in ("auto", "top", "middle", "bottom")}
    )


def _list_colours() -> tuple[SettingValue, ...]:
    colours = {colour.hex: TranslatedText(key=f"colour-{name}") for name, colour in load_palette().items()}
    return values_from({"auto": TranslatedText(key="colour-auto"), **colours})


def _list_translation_lines() -> tuple[SettingValue, ...]:
    keys = {"translated": "choice-lines-translated", "both": "choice-lines-both"}
    return values_from({value: TranslatedText(key=key) for value, key in keys.items()})


CAPTIONS = "captions"  # the rows of these groups in /settings
POLISH = "polish"
PROFANITY = Setting(
    "profanity",
    option="profanity",
    default="keep",
    list_values=lambda: label_switch("keep", "mask"),
    group=CAPTIONS,
)
POLISH_SWITCHES = {
    "p": switch_for("pauses", option="cut_pauses", group=POLISH),
    "z": switch_for("zoom", option="punch_in", group=POLISH),
    "b": switch_for("bar", option="progress_bar", group=POLISH),
    "e": switch_for("emoji", option="emoji", group=POLISH),
    "t": switch_for("title", option="title", group=POLISH),
    "c": switch_for("card", option="end_card", group=POLISH),
    "l": switch_for("loudness", option="normalise_loudness", group=POLISH),
}
EDITS = {**POLISH_SWITCHES, "s": PROFANITY}  # under a film

CAPTION_FEATURE = Feature(
    CAPTION,
    aliases=("captions", "legenda", "legendas", "legendar", "subtitular"),
    default_for=frozenset({MediaKind.VIDEO}),
    settings=(
        Setting("style", option="style", default=DEFAULT_STYLE, list_values=_list_styles, menu="style:"),
        Setting("size", option="size", default="medium", list_values=_list_sizes, is_listed=False),
        Setting("place", option="place", default="auto", list_values=_list_places, is_listed=False),
        Setting("colour", option="colour", default="auto", list_values=_list_colours, is_listed=False),
        Setting("second-colour", option="second_colour", default="auto", list_values=_list_colours, is_listed=False),
        SPOKEN_LANGUAGE,
        Setting(
            "translate",
            option="translate_to",
            default=NO_TRANSLATION,
            list_values=list_translations,
            needs_chat_model=True,
        ),
        Setting(
            "lines",
            option="translation_lines",
            default="translated",
            list_values=_list_translation_lines,
            group=CAPTIONS,
            needs_chat_model=True,
        ),
        switch_for("track", option="subtitle_track", group=CAPTIONS),
        PROFANITY,
        *POLISH_SWITCHES.values(),
    ),
    edits=EDITS,
)
