"""Chapters in the conversation: times and titles for the description of a video."""

from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.settings import SPOKEN_LANGUAGE
from pipeline import CHAPTERS

CHAPTERS_FEATURE = Feature(
    CHAPTERS,
    aliases=("capitulos", "timestamps"),
    settings=(SPOKEN_LANGUAGE,),
)
