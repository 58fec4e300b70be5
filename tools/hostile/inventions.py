"""What speech models say of silence and of speech: nothing invented may be kept, and nothing spoken be lost."""

import random
import time
from pathlib import Path
from typing import Final, NamedTuple

from models.errors import AppError, ErrorCode
from models.media.facts import LOUDNESS_STEP, SoundInfo, SoundPiece
from pipeline.groq.speech import PieceResponse, build_transcript
from pipeline.speech.service import ServiceRequest
from pipeline.speech.whisper.response import WhisperResponse
from tools.hostile.trial import Account, Outcome

SEED: Final = 20_261_133
_LOUD, _SOFT, _SILENT = -18, -35, -62  # dBFS
_CREDITS: Final = (
    *("Thanks for watching", "Thank you for watching", "Please subscribe to my channel", "Don't forget to subscribe"),
    *("Subtitles by the Amara.org community", "Transcribed by https://otter.ai", "See you in the next video"),
    *("Legendas pela comunidade Amara.org", "Obrigado por assistir", "Inscreva-se no canal", "Até o próximo vídeo"),
    *("Subtítulos realizados por la comunidad de Amara.org", "Gracias por ver el video", "Suscríbete al canal"),
    *("Sous-titrage Société Radio-Canada", "Merci d'avoir regardé cette vidéo", "Abonnez-vous à la chaîne"),
    *(
        "Untertitel im Auftrag des ZDF für funk, 2017",
        "Vielen Dank fürs Zuschauen",
        "Sottotitoli creati dalla comunità",
    ),
    *("Grazie per la visione", "Bedankt voor het kijken", "Dziękuję za oglądanie", "Субтитры сделал DimaTorzok"),
    *("Спасибо за просмотр", "Altyazı M.K.", "İzlediğiniz için teşekkür ederim", "ご視聴ありがとうございました"),
    *("请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", "시청해 주셔서 감사합니다", "شكرا للمشاهدة"),
)
_SPEECH: Final = (
    *("Good morning", "Olá, tudo bem?", "Hi", "Até amanhã", "Gracias", "Thank you very much", "Music is my life"),
    *("Thanks for watching the kids while I was away", "Obrigado por assistir a nossa reunião de hoje"),
    *("The subtitles are ready", "As legendas estão prontas", "I subscribe to two newspapers", "Gracias por venir"),
    *("We open our doors before the sun comes up", "Os padeiros abrem a porta antes de o sol nascer"),
    *("Mañana vendemos pan caliente en la plaza", "Le train part à huit heures", "Wir sehen uns im nächsten Jahr"),
    *("Please like me a little", "He asked the community to help", "Спасибо за помощь", "Copyright law is hard"),
)
_WORDS_PER_SECOND: Final = 2.5
_ENDINGS: Final = (".", "!", "...", "", " ", "…", "。")


class _Phrase(NamedTuple):
    """A segment of a response, how loud it is there, and whether somebody said it."""

    text: str
    seconds: float
    level: int
    no_speech: float
    log_probability: float
    is_spoken: bool


def judge(count: int) -> list[Outcome]:
    """What became of `count` responses; "as spoken" where exactly what was said is left, in its order."""
    return [_judge_response(number) for number in range(count)]


def _judge_response(number: int) -> Outcome:
    chance = random.Random(f"{SEED}-{number}")
    phrases = [_pick_phrase(chance) for _ in range(chance.randint(1, 5))]
    begun = time.monotonic()
    found = _hear(phrases, has_words=chance.random() < 0.5)
    spoken = " ".join(" ".join(phrase.text.split()) for phrase in phrases if phrase.is_spoken)
    said = "as spoken" if found == (spoken or ErrorCode.NO_SPEECH) else f"not {spoken!r} but {found!r}"
    return Outcome(str(number), said, time.monotonic() - begun, Account(), expected=frozenset({"as spoken"}))


def _hear(phrases: list[_Phrase], *, has_words: bool) -> str:
    """The words that the engine keeps of a response, or the code of its refusal."""
    response, sound = _build_response(phrases, has_words=has_words)
    piece = SoundPiece(Path(__file__), 0.0, sound.seconds)
    heard = PieceResponse(piece, WhisperResponse.model_validate(response))
    try:
        transcript = build_transcript([heard], ServiceRequest([piece], sound, split=lambda _: []))
    except AppError as error:
        return str(error.code)
    return " ".join(word.text for word in transcript.words)


def _build_response(phrases: list[_Phrase], *, has_words: bool) -> tuple[object, SoundInfo]:
    """The phrases one after the other behind a second of speech-like sound, by which loudness is judged."""
    segments, words, loudness, at = [], [], [_LOUD] * round(1 / LOUDNESS_STEP), 1.0
    for phrase in phrases:
        segments.append(
            {
                "start": at, "end": at + phrase.seconds, "text": f" {phrase.text}", "compression_ratio": 1.2,
                "avg_logprob": phrase.log_probability, "no_speech_prob": phrase.no_speech,
            }
        )  # fmt: skip
        tokens = phrase.text.split()
        step = phrase.seconds / max(1, len(tokens))
        words += [
            {"word": token.strip(".!?…。,"), "start": at + index * step, "end": at + (index + 1) * step}
            for index, token in enumerate(tokens)
        ]
        loudness += [phrase.level] * round(phrase.seconds / LOUDNESS_STEP)
        at += phrase.seconds
    response = {"language": "english", "duration": at, "text": "", "segments": segments}
    return response | ({"words": words} if has_words else {}), SoundInfo(at, tuple(loudness))


def _pick_phrase(chance: random.Random) -> _Phrase:
    make = chance.choice((_invent_credit, _invent_sparse, _invent_in_silence, _invent_in_doubt, _speak, _speak, _speak))
    return make(chance)


def _invent_credit(chance: random.Random) -> _Phrase:
    """A credit line, or several, in any case and with any punctuation."""
    lines = chance.choices(_CREDITS, k=chance.choice((1, 1, 2, 3)))
    recase = chance.choice((str, str, str.upper, str.lower))
    text = " ".join(recase(line) + chance.choice(_ENDINGS[:3]) for line in lines)
    if len(lines) == 1:
        text = text.rstrip(".!") + chance.choice(_ENDINGS)
    text = chance.choice(("{}", "{}", '"{}"', "♪ {} ♪", "- {}", "({})")).format(text)
    return _Phrase(text, chance.uniform(1, 8), _LOUD, chance.uniform(0, 0.9), -0.3, is_spoken=False)


def _invent_sparse(chance: random.Random) -> _Phrase:
    text = chance.choice(("you", "Thank you.", "Bye.", "Okay.", "Obrigado.", "Música", "I'm sorry.", "Hum."))
    return _Phrase(text, chance.uniform(20.5, 29.9), _SOFT, chance.uniform(0, 0.9), -0.4, is_spoken=False)


def _invent_in_silence(chance: random.Random) -> _Phrase:
    text = chance.choice(_SPEECH)
    return _Phrase(text, _seconds_of(text), _SILENT, chance.uniform(0.65, 0.99), -0.5, is_spoken=False)


def _invent_in_doubt(chance: random.Random) -> _Phrase:
    text = chance.choice(_SPEECH)
    return _Phrase(text, _seconds_of(text), _SOFT, chance.uniform(0.65, 0.99), -1.4, is_spoken=False)


def _speak(chance: random.Random) -> _Phrase:
    """Somebody speaks: heard well where it is soft, and loud where the model has its doubts."""
    text = chance.choice(_SPEECH) + chance.choice((".", "!", "", "?"))
    level, no_speech = chance.choice(((_LOUD, 0.05), (_LOUD, 0.9), (_SOFT, 0.05), (_SILENT, 0.1)))
    return _Phrase(text, _seconds_of(text), level, no_speech, -0.25, is_spoken=True)


def _seconds_of(text: str) -> float:
    """How long it takes to say, at least as long as a greeting of two words may."""
    return max(3.0, len(text.split()) / _WORDS_PER_SECOND)
