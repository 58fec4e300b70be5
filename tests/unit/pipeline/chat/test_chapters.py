"""Chapters: whatever the model answers, YouTube takes what is shown, or it is said that there are none."""

import re
from itertools import pairwise

import pytest
from fakes.chat_models import answer_with_everything, build_talk, create_chat
from fakes.groq_api import FakeGroq, GroqFault
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from pipeline.chat.chapters import (
    MAX_CHAPTERS,
    Chapter,
    ChapterStart,
    choose_chapters,
    compute_max_chapters,
    find_chapters,
    thin_out,
)
from pipeline.chat.model import ChatJob

LINE = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d\d) (\S.*)")


@pytest.fixture
def fake() -> FakeGroq:
    found = FakeGroq()
    found.chat = answer_with_everything
    return found


def find(fake: FakeGroq, minutes: float) -> list[str]:
    found = find_chapters(create_chat(fake), build_talk(minutes), minutes * 60, ChatJob(), lambda _: None)
    return [str(chapter) for chapter in found]


def answered(*chapters: tuple[int, str]) -> dict[str, object]:
    return {"chapters": [{"line": line, "title": title} for line, title in chapters]}


def test_times_are_those_of_the_lines_and_the_first_chapter_begins_at_zero(fake: FakeGroq) -> None:
    fake.chat = lambda _: answered((2, "Hello"), (5, "**Prices**"), (10, "Thanks\n0:05 and\u202e goodbye"))
    assert find(fake, 1) == ["0:00 Hello", "0:16 Prices", "0:36 Thanks 0:05 and goodbye"]
    assert fake.chat_calls[0].user["lines"][1] == {"number": 2, "text": "Here is a sentence about one thing."}


def test_chapters_of_an_hour_have_its_form(fake: FakeGroq) -> None:
    lines = find(fake, 62)
    assert len(lines) == MAX_CHAPTERS
    assert lines[0].startswith("0:00 ")
    assert re.match(r"1:0\d:\d\d ", lines[-1])
    assert len(fake.chat_calls) > 1


def test_lines_that_do_not_exist_and_chapters_that_are_too_short_are_left_out(fake: FakeGroq) -> None:
    good = [(1, "One"), (6, "Two"), (10, "Three")]
    bad = [(0, "No"), (-7, "No"), (3, "Too soon"), (99, "No"), (6, "Again"), (9, " "), (14, "Too late")]
    fake.chat = lambda _: answered(*good, *bad)
    assert find(fake, 1) == ["0:00 One", "0:20 Two", "0:36 Three"]


def test_a_chapter_with_the_title_of_the_one_before_it_is_none(fake: FakeGroq) -> None:
    fake.chat = lambda _: answered((1, "Hello"), (4, "Prices"), (7, "prices"), (10, "Thanks"))
    assert find(fake, 1) == ["0:00 Hello", "0:12 Prices", "0:36 Thanks"]


@pytest.mark.parametrize(
    "answer",
    [
        answered(),
        answered((1, "Only")),
        answered((1, "One"), (2, "Two"), (3, "Three")),
        answered((1, "Part"), (5, "Part"), (9, "Part"), (12, "Part")),
    ],
)
def test_fewer_than_youtube_takes_are_none_and_the_model_is_asked_twice(fake: FakeGroq, answer: object) -> None:
    fake.chat = lambda _: answer
    with pytest.raises(RequestRejected) as refused:
        find(fake, 1)
    assert refused.value.code is ErrorCode.CHAPTERS_NOT_FOUND
    assert fake.attempts == 2


def test_what_is_shorter_than_three_chapters_is_refused_before_anything_is_asked(fake: FakeGroq) -> None:
    with pytest.raises(RequestRejected) as refused:
        find(fake, 0.49)
    assert refused.value.code is ErrorCode.CHAPTERS_NOT_FOUND
    assert fake.attempts == 0


@pytest.mark.parametrize("answer", ["not JSON", {"chapters": "x"}, {"chapters": [{"line": "1:00", "title": "x"}]}])
def test_an_answer_of_another_form_is_a_failure(fake: FakeGroq, answer: object) -> None:
    fake.chat = lambda _: answer
    with pytest.raises(ProcessingFailed) as failed:
        find(fake, 1)
    assert failed.value.code is ErrorCode.TEXT_SERVICE_DOWN
    assert fake.attempts <= 10


@pytest.mark.parametrize("fault", [GroqFault(401), GroqFault(429, {"retry-after": "3600"})])
def test_a_service_that_refuses_is_a_failure(fake: FakeGroq, fault: GroqFault) -> None:
    fake.faults = [fault]
    with pytest.raises(ProcessingFailed):
        find(fake, 1)


def test_a_part_that_is_too_large_for_the_service_is_sent_in_halves(fake: FakeGroq) -> None:
    fake.max_chat_bytes = 6000
    assert len(find(fake, 9)) == compute_max_chapters(540)
    assert fake.attempts > len(fake.chat_calls)


def test_the_shortest_chapters_are_joined_with_the_one_before_them() -> None:
    chapters = [Chapter(0, "a"), Chapter(12, "b"), Chapter(24, "c"), Chapter(60, "d")]
    assert thin_out(chapters, 3, 90) == (Chapter(0, "a"), Chapter(24, "c"), Chapter(60, "d"))


@given(
    st.lists(st.tuples(st.integers(-3, 400), st.text(max_size=90)), max_size=60),
    st.lists(st.floats(0, 4000), min_size=1, max_size=300),
    st.floats(0, 4000),
)
def test_whatever_is_answered_the_rules_of_youtube_hold(
    chapters: list[tuple[int, str]], starts: list[float], seconds: float
) -> None:
    answers = [ChapterStart(line=line, title=title) for line, title in chapters]
    found = thin_out(choose_chapters(answers, sorted(starts), seconds), 20, seconds)
    assert len(found) <= 20
    times = [chapter.start for chapter in found]
    assert times[:1] in ([], [0])
    assert all(two - one >= 10 for one, two in pairwise(times))
    assert len(times) < 2 or seconds - times[-1] >= 10
    for chapter in found:
        shown = LINE.fullmatch(str(chapter))
        assert shown is not None
        hours, minutes, rest = (int(part or 0) for part in shown.groups()[:3])
        assert hours * 3600 + minutes * 60 + rest == chapter.start
