"""Headlines: what the model answers is used only where it can be a title, and no film fails for want of one."""

import pytest
from fakes.groq_api import FakeGroq, GroqFault

from models.errors import ErrorCode
from models.jobs.transcript import Transcript, Word
from models.retries import Backoff
from pipeline.chat.headline import MAX_CHARACTERS, write_headline
from pipeline.chat.model import ChatJob
from pipeline.groq.chat import GroqChat
from pipeline.groq.client import GroqClient

QUICK = Backoff(first=0.001, maximum=0.001)
SAID = Transcript(language="pt", words=tuple(Word(text="pão", start=n, end=n + 1) for n in range(3000)))


def write(fake: FakeGroq) -> str:
    client = GroqClient(
        "gsk_test", "http://groq.test", fake.create_transport(), QUICK, failure=ErrorCode.TEXT_SERVICE_DOWN
    )
    return write_headline(GroqChat(client, "openai/gpt-oss-120b"), SAID, ChatJob())


def test_the_model_gets_the_beginning_as_data_and_its_title_is_cleaned() -> None:
    fake = FakeGroq()
    fake.chat = lambda _call: {"title": ' "Como fazer\n pão em casa." '}
    assert write(fake) == "Como fazer pão em casa"
    (call,) = fake.chat_calls
    assert len(call.user["text"]) == MAX_CHARACTERS


@pytest.mark.parametrize("answer", [{"title": "x" * 200}, {"title": ""}, {"name": "x"}, {}])
def test_what_is_no_title_is_left_out(answer: dict[str, str]) -> None:
    fake = FakeGroq()
    fake.chat = lambda _call: answer
    assert write(fake) == ""


def test_without_the_service_there_is_no_title() -> None:
    fake = FakeGroq()
    fake.faults += [GroqFault(status=401)]
    assert write(fake) == ""
