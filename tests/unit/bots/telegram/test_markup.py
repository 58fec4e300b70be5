"""Texts and buttons as Telegram takes them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bots.core.channel import Choice, RenderedMessage
from bots.telegram.markup import build_keyboard, build_reply_parameters, count_units, truncate


def test_a_text_that_fits_is_left_alone() -> None:
    assert truncate("a" * 1024, 1024) == "a" * 1024


def test_a_long_text_is_cut_between_words_with_an_ellipsis() -> None:
    assert truncate("one two three", 9) == "one two…"


def test_a_long_word_is_cut_inside() -> None:
    assert truncate("x" * 50, 10) == "x" * 9 + "…"


@settings(deadline=None)
@given(st.text(min_size=1), st.integers(min_value=1, max_value=40))
def test_what_is_cut_never_counts_more_than_telegram_takes(text: str, longest: int) -> None:
    assert count_units(truncate(text, longest)) <= longest


def test_an_emoji_is_never_cut_in_two() -> None:
    assert truncate("🎨🎨🎨", 4) == "🎨…"


def test_choices_become_buttons_and_links() -> None:
    markup = build_keyboard(((Choice("a", "A"), Choice("", "Web", "https://example.org")), (), (Choice("b", "B"),)))
    assert markup is not None
    assert markup.to_dict() == {
        "inline_keyboard": [
            [{"text": "A", "callback_data": "a"}, {"text": "Web", "url": "https://example.org"}],
            [{"text": "B", "callback_data": "b"}],
        ]
    }


def test_no_choices_are_no_keyboard() -> None:
    assert build_keyboard(()) is None
    assert build_keyboard(((),)) is None


def test_an_answer_is_sent_even_when_what_it_answers_is_gone() -> None:
    parameters = build_reply_parameters(RenderedMessage("x", reply_to="17"))
    assert parameters is not None
    assert (parameters.message_id, parameters.allow_sending_without_reply) == (17, True)
    assert build_reply_parameters(RenderedMessage("x")) is None
