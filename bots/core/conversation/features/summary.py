"""Summaries in the conversation: what a voice note, an audio file or a video is about."""

from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.settings import SPOKEN_LANGUAGE
from pipeline import SUMMARY

SUMMARY_FEATURE = Feature(
    SUMMARY,
    aliases=("summarize", "summarise", "resumo", "resumir", "resuma", "resumen"),
    settings=(SPOKEN_LANGUAGE,),
)
