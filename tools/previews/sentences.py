"""Sentences to look at captions with, in the scripts that the fonts cover."""

from models.jobs.transcript import Word

SENTENCES = {
    "pt": "Hoje a Maria ganhou R$ 500 em 3 dias, com amor e muito café!",
    "ar": "اليوم تعلمنا شيئا جديدا عن النجاح والعمل الجاد",
    "hi": "आज हमने ज़िन्दगी का एक नया क्षण सीखा दोस्तों",
    "th": "วันนี้ เรา เรียนรู้ สิ่ง ใหม่ น้ำผึ้ง ที่ นี่",
}
_SECONDS = 0.34  # of a word
_TURN = 6  # words until another speaker begins


def list_words(language: str) -> list[Word]:
    """The words of a sentence, one after another."""
    texts = SENTENCES[language].split()
    return [
        Word(
            text=text,
            start=round(0.2 + _SECONDS * number, 3),
            end=round(0.2 + _SECONDS * (number + 0.92), 3),
            is_speaker_change=number > 0 and number % _TURN == 0,
        )
        for number, text in enumerate(texts)
    ]
