"""Sentences to look at captions with, in the scripts that the fonts cover."""

from typing import Final

from models.jobs.transcript import Word
from models.languages import load_languages

SENTENCES: Final = {
    "pt": "Hoje a Maria ganhou R$ 500 em 3 dias, com amor e muito café!",
    "ar": "اليوم تعلمنا شيئا جديدا عن النجاح والعمل الجاد",
    "hi": "आज हमने ज़िन्दगी का एक नया क्षण सीखा दोस्तों",
    "th": "วันนี้ เรา เรียนรู้ สิ่ง ใหม่ น้ำผึ้ง ที่ นี่",
    "ja": "今日は新しい朝ごはんを作りましょう",
    "zh": "今天我们学会了做一顿健康的早餐",
    "ko": "오늘 우리는 새로운 아침 식사를 만들어 봅시다",
}
MOMENTS: Final = {"pt": 1.80, "ar": 1.12, "hi": 1.12, "th": 1.12, "ja": 0.70, "zh": 0.70, "ko": 1.12}  # seconds
_SECONDS: Final = 0.34  # of a word
_CHARACTER_SECONDS: Final = 0.14  # of a character, where Whisper's words are single ones
_TURN: Final = 6  # words until another speaker begins


def list_words(language: str) -> list[Word]:
    """The words of a sentence, one after another."""
    is_by_character = language in load_languages().spaceless and " " not in SENTENCES[language]
    texts = list(SENTENCES[language]) if is_by_character else SENTENCES[language].split()
    seconds = _CHARACTER_SECONDS if is_by_character else _SECONDS
    return [
        Word(
            text=text,
            start=round(0.2 + seconds * number, 3),
            end=round(0.2 + seconds * (number + 0.92), 3),
            is_speaker_change=number > 0 and number % _TURN == 0 and not is_by_character,
        )
        for number, text in enumerate(texts)
    ]
