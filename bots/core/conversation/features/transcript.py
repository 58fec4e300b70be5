"""Transcripts in the conversation: voice notes, audio files and videos are answered with their text."""

from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.settings import SPOKEN_LANGUAGE
from models.media.facts import MediaKind
from pipeline import TRANSCRIPT

TRANSCRIPT_FEATURE = Feature(
    TRANSCRIPT,
    aliases=("transcribe", "transcrever", "transcricao", "transcribir", "transcripcion"),
    default_for=frozenset({MediaKind.AUDIO}),
    settings=(SPOKEN_LANGUAGE,),
)
