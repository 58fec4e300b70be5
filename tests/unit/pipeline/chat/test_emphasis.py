"""Words that the chat model emphasises: no other is lost for it, and without a usable answer the rules choose."""

import pytest
from fakes.chat_models import create_chat
from fakes.groq_api import FakeGroq, GroqFault

from models.jobs.transcript import Transcript, Word
from pipeline.captions.emphasis import find_emphasis
from pipeline.chat.emphasis import MAX_WORDS, choose_emphasis
from pipeline.chat.model import ChatJob, ChatUsage

TEXT = "we had never seen anything like that before and then 12 people came"
SAID = Transcript(language="en", words=tuple(Word(text=t, start=n, end=n + 1) for n, t in enumerate(TEXT.split())))
BY_RULES = find_emphasis(SAID.words, "en")


def emphasise(fake: FakeGroq, said: Transcript = SAID) -> frozenset[int]:
    found = choose_emphasis(create_chat(fake), said, ChatJob())
    assert found.text == said.text
    return find_emphasis(found.words, "en")


def test_the_words_that_the_model_chooses_stand_out_and_no_others() -> None:
    fake, used = FakeGroq(), list[ChatUsage]()
    fake.chat = lambda _call: {"numbers": [3, 5]}
    found = choose_emphasis(create_chat(fake), SAID, ChatJob(record_usage=used.append))
    assert find_emphasis(found.words, "en") == {2, 4}
    (call,) = fake.chat_calls
    assert call.user["text"].startswith("[1] we [2] had [3] never")
    assert call.parameters["response_format"]["json_schema"]["strict"] is True
    assert [each.prompt_tokens for each in used] == [100]


@pytest.mark.parametrize(
    "answer", [{"numbers": []}, {"numbers": [1, 2, 3]}, {"numbers": [0]}, {"numbers": [14]}, {"words": [1]}, "no JSON"]
)
def test_where_the_answer_cannot_be_used_the_rules_choose(answer: object) -> None:
    fake = FakeGroq()
    fake.chat = lambda _call: answer
    assert emphasise(fake) == BY_RULES
    assert BY_RULES
    assert fake.attempts == 1


def test_without_the_service_the_rules_choose() -> None:
    fake = FakeGroq()
    fake.faults += [GroqFault(status=401)]
    assert emphasise(fake) == BY_RULES


def test_a_film_of_too_many_words_is_left_to_the_rules() -> None:
    fake = FakeGroq()
    emphasise(fake, SAID.model_copy(update={"words": SAID.words[:1] * (MAX_WORDS + 1)}))
    assert fake.attempts == 0
