"""Captions in the conversation: videos come back with what is said in them, word by word."""

from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.settings import SPOKEN_LANGUAGE, Setting, SettingValue, switch_for, values_from
from models.captions.palette import load_palette
from models.jobs.caption_styles import DEFAULT_STYLE, load_caption_styles
from models.jobs.options import NO_TRANSLATION
from models.media.facts import MediaKind
from models.messaging.deliveries import TranslatedText
from pipeline import CAPTION

TRANSLATIONS = ("pt", "en", "es", "fr", "de", "it")  # languages that captions can be translated to


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


def _list_translations() -> tuple[SettingValue, ...]:
    names = {code: TranslatedText(key="language-name", values={"spoken": code}) for code in TRANSLATIONS}
    return values_from({NO_TRANSLATION: TranslatedText(key="choice-translate-off"), **names})


def _list_translation_lines() -> tuple[SettingValue, ...]:
    keys = {"translated": "choice-lines-translated", "both": "choice-lines-both"}
    return values_from({value: TranslatedText(key=key) for value, key in keys.items()})


EDITS = {
    "p": switch_for("pauses", option="cut_pauses"),
    "z": switch_for("zoom", option="punch_in"),
    "b": switch_for("bar", option="progress_bar"),
    "e": switch_for("emoji", option="emoji"),
    "t": switch_for("title", option="title"),
    "c": switch_for("card", option="end_card"),
    "l": switch_for("loudness", option="normalise_loudness"),
}

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
        Setting("translate", option="translate_to", default=NO_TRANSLATION, list_values=_list_translations),
        Setting("lines", option="translation_lines", default="translated", list_values=_list_translation_lines),
        switch_for("track", option="subtitle_track"),
        *EDITS.values(),
    ),
    edits=EDITS,
)
