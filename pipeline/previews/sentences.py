"""Sentences that previews show where there are no words of the user's own; how long previews are, and their files."""

from typing import Final

from models.jobs.transcript import Word

PREVIEW_SECONDS: Final = 2.0  # of a preview that is a film
FILM_SUFFIXES: Final = (".mp4", ".thumbnail.jpg", ".txt")  # of its files
_SENTENCES: Final = {
    "pt": "Hoje a Maria ganhou R$ 500 com muito amor e café!",
    "en": "Today Maria earned $ 500 with lots of love and coffee!",
    "es": "Hoy María ganó $ 500 con mucho amor y mucho café!",
}
_SECONDS: Final = 0.34  # of a word
_PAUSE: Final = 0.03  # seconds between two
SAMPLE_MOMENT: Final = 5 * _SECONDS + 0.25  # seconds: most styles show an amount beside the word that is spoken then
_TURN: Final = 6  # words until another speaker begins


def list_sample_words(language: str) -> tuple[Word, ...]:
    """The words of a sentence in a language (an IETF tag), English where there is none in it."""
    texts = _SENTENCES.get(language.partition("-")[0], _SENTENCES["en"]).split()
    return tuple(
        Word(
            text=text,
            start=round(_SECONDS * number, 3),
            end=round(_SECONDS * (number + 1) - _PAUSE, 3),
            is_speaker_change=number > 0 and number % _TURN == 0,
        )
        for number, text in enumerate(texts)
    )
