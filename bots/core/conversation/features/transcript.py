"""Transcripts in the conversation: voice notes, audio files and videos are answered with their text."""

from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.settings import (
    SPOKEN_LANGUAGE,
    Setting,
    SettingValue,
    list_translations,
    values_from,
)
from models.jobs.options import NO_TRANSLATION, OWN_LANGUAGE
from models.media.facts import MediaKind
from models.messaging.deliveries import TranslatedText
from pipeline import TRANSCRIPT


def _list_text_translations() -> tuple[SettingValue, ...]:
    off, *others = list_translations()
    return (off, *values_from({OWN_LANGUAGE: TranslatedText(key="choice-translate-own")}), *others)


TRANSCRIPT_FEATURE = Feature(
    TRANSCRIPT,
    aliases=("transcribe", "transcrever", "transcricao", "transcribir", "transcripcion"),
    default_for=frozenset({MediaKind.AUDIO}),
    settings=(
        SPOKEN_LANGUAGE,
        Setting(
            "text-translate",
            option="translate_to",
            default=NO_TRANSLATION,
            list_values=_list_text_translations,
            needs_chat_model=True,
        ),
    ),
    fixed_options={"translation_lines": "both"},
)
