"""A chat model of the fake Groq, and answers for it."""

from typing import Any

from fakes.groq_api import FakeGroq
from fakes.groq_chat import ChatCall

from models.errors import ErrorCode
from models.jobs.transcript import Transcript, Word
from models.retries import Backoff
from pipeline.groq.chat import GroqChat
from pipeline.groq.client import GroqClient

QUICK = Backoff(first=0.001, maximum=0.001)


def create_chat(fake: FakeGroq) -> GroqChat:
    """The product's client of that service."""
    client = GroqClient(
        "gsk_test", "http://groq.test", fake.create_transport(), QUICK, failure=ErrorCode.TEXT_SERVICE_DOWN
    )
    return GroqChat(client, "openai/gpt-oss-120b")


def build_talk(
    minutes: float, sentence: str = "Here is a sentence about one thing.", language: str = "en"
) -> Transcript:
    """A transcript in which that sentence is said every four seconds."""
    words = []
    for number in range(round(minutes * 15)):
        spoken = sentence.split()
        for index, text in enumerate(spoken):
            start = number * 4 + index * 3 / len(spoken)
            words.append(Word(text=text, start=start, end=start + 2.5 / len(spoken)))
    return Transcript(language=language, words=tuple(words), engine="groq", confidence=0.9)


def answer_with_everything(call: ChatCall) -> dict[str, Any]:
    """An answer to whichever question was asked: a summary, notes, chapters, translated lines or no emphasis."""
    lines = call.user.get("lines", [])
    answers: dict[str, dict[str, Any]] = {
        "RecordingSummary": {"overview": f"About {len(lines)} lines.", "points": ["First.", "Second."]},
        "RecordingNotes": {"points": [f"Note on {len(lines)} lines."]},
        "ChapterList": {"chapters": _divide(lines)},
        "TranslatedLines": {"lines": [{**line, "text": line["text"].upper()} for line in _only_objects(lines)]},
        "EmphasisedWords": {"numbers": []},
    }
    return answers[call.parameters["response_format"]["json_schema"]["name"]]


def _divide(lines: list[Any]) -> list[dict[str, Any]]:
    """A chapter for every fifth line."""
    return [{"line": line["number"], "title": f"Part {line['number']}"} for line in _only_objects(lines)[::5]]


def _only_objects(lines: list[Any]) -> list[dict[str, Any]]:
    return [line for line in lines if isinstance(line, dict)]
