"""Words into groups."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.jobs.caption_styles import get_caption_style, load_caption_styles
from models.jobs.transcript import Word, mark_estimated
from pipeline.captions.caption_words import prepare_words
from pipeline.captions.grouping import CaptionGroup, group_words, join_words
from pipeline.captions.scripts import count_columns

CLASSIC = get_caption_style("classic")


def said(text: str, *, pace: float = 0.3, gaps: dict[int, float] | None = None) -> list[Word]:
    words: list[Word] = []
    now = 0.0
    for index, part in enumerate(text.split()):
        words.append(Word(text=part, start=now, end=now + 0.8 * pace))
        now += pace + (gaps or {}).get(index, 0.0)
    return words


def groups_of(words: list[Word], language: str = "en", longest: int = 30) -> list[CaptionGroup]:
    return group_words(prepare_words(words, CLASSIC, language, str, longest), CLASSIC.group)


def texts(groups: list[CaptionGroup]) -> list[str]:
    return [join_words(group.words) for group in groups]


def test_a_group_holds_no_more_words_columns_or_seconds_than_the_style_allows() -> None:
    chance = random.Random(5)
    words = said(" ".join("x" * chance.randint(1, 12) for _ in range(200)))
    for group in groups_of(words):
        assert len(group.words) <= 3
        if len(group.words) > 1:
            assert count_columns(join_words(group.words)) <= 18
            assert group.words[-1].end - group.words[0].start <= 1.6


_MARKS = ["", ",", ".", "?", "…", ":"]
_SPOKEN = st.tuples(
    st.text("abçéñxyz019", min_size=1, max_size=14),
    st.sampled_from(_MARKS),
    st.floats(0.04, 1.2),  # seconds of the word
    st.sampled_from([0.0, 0.0, 0.05, 0.3, 0.7, 3.0]),  # seconds of the pause after it
    st.booleans(),
)


def speak(spoken: list[tuple[str, str, float, float, bool]]) -> list[Word]:
    words, now = list[Word](), 0.0
    for text, mark, seconds, pause, is_turn in spoken:
        words.append(Word(text=text + mark, start=now, end=now + seconds, is_speaker_change=is_turn))
        now += seconds + pause
    return words


@given(st.lists(_SPOKEN, max_size=60), st.sampled_from(sorted(load_caption_styles())))
def test_whatever_is_said_no_word_is_lost_or_doubled_and_limits_hold(
    spoken: list[tuple[str, str, float, float, bool]], name: str
) -> None:
    style = get_caption_style(name)
    prepared = prepare_words(speak(spoken), style, "pt", str, 40)
    groups = group_words(prepared, style.group)
    assert [word for group in groups for word in group.words] == prepared
    for group in groups:
        assert group.start == group.words[0].start <= group.end
        assert len(group.words) <= style.group.max_words
        if len(group.words) > 1:
            assert count_columns(join_words(group.words)) <= style.group.max_chars
            assert group.words[-1].end - group.words[0].start <= style.group.max_seconds
        assert all(one.start <= other.start for one, other in pairwise(group.words))
        assert not any(word.is_speaker_change for word in group.words[1:])
    assert all(one.end <= other.start for one, other in pairwise(groups))


def test_every_word_is_shown_once_and_in_order() -> None:
    words = said("one two three four five six seven eight nine ten eleven")
    assert " ".join(texts(groups_of(words))) == " ".join(word.text.upper() for word in words)


def test_a_sentence_of_four_words_is_broken_into_even_halves() -> None:
    assert texts(groups_of(said("they came home today"))) == ["THEY CAME", "HOME TODAY"]


@pytest.mark.parametrize(
    ("language", "pace", "text", "captions"),
    [
        ("pt", 0.5, "A razão da existência humana.", "A RAZÃO | DA EXISTÊNCIA | HUMANA"),
        (
            "pt",
            0.5,
            "A inauguração da vila é quarta ou quinta-feira.",
            "A INAUGURAÇÃO | DA VILA | É QUARTA | OU QUINTA-FEIRA",
        ),
        (
            "pt",
            0.5,
            "O preço do pão subiu de novo na cidade e ninguém sabe o motivo da alta.",
            "O PREÇO | DO PÃO SUBIU | DE NOVO | NA CIDADE | E NINGUÉM | SABE O MOTIVO | DA ALTA",
        ),
        (
            "en",
            0.3,
            "The opening of the village market is on Wednesday or Thursday.",
            "THE OPENING | OF THE VILLAGE | MARKET IS | ON WEDNESDAY | OR THURSDAY",
        ),
        (
            "es",
            0.5,
            "La inauguración de la villa es el miércoles o el jueves.",
            "LA INAUGURACIÓN | DE LA VILLA | ES EL MIÉRCOLES | O EL JUEVES",
        ),
        (
            "es",
            0.5,
            "Hoy les voy a enseñar cómo hacer un pastel de zanahoria.",
            "HOY LES VOY | A ENSEÑAR | CÓMO HACER | UN PASTEL | DE ZANAHORIA",
        ),
    ],
)
def test_no_caption_ends_with_an_article_or_a_preposition(language: str, pace: float, text: str, captions: str) -> None:
    words = [Word(text=part, start=n * pace, end=(n + 1) * pace) for n, part in enumerate(text.split())]
    assert " | ".join(texts(groups_of(words, language))) == captions


def test_a_sentence_ends_its_group_and_its_full_stop_is_not_shown() -> None:
    assert texts(groups_of(said("It ended. We left now!"))) == ["IT ENDED", "WE LEFT NOW!"]


@pytest.mark.parametrize(
    ("language", "text", "captions"),
    [
        ("pt", "O Dr. Silva saiu. Ele volta.", ["O DR. SILVA", "SAIU", "ELE VOLTA"]),
        ("pt", "Falou a Sra. Lima", ["FALOU", "A SRA. LIMA"]),
        ("en", "Ask Mr. Smith. He knows.", ["ASK MR. SMITH", "HE KNOWS"]),
        ("es", "Pan, etc. y agua. Bien", ["PAN ETC.", "Y AGUA", "BIEN"]),
    ],
)
def test_an_abbreviation_keeps_its_full_stop_and_ends_no_group(language: str, text: str, captions: list[str]) -> None:
    assert texts(groups_of(said(text), language)) == captions


@pytest.mark.parametrize("name", sorted(load_caption_styles()))
@pytest.mark.parametrize(("mark", "shown"), [("...", "then..."), ("…", "then…"), (".", "then."), ("?", "then ?")])
def test_a_mark_after_a_pause_is_part_of_the_word_before(mark: str, shown: str, name: str) -> None:
    style = get_caption_style(name)
    words = said(f"so then {mark} we", gaps={1: 2.5, 2: 1.0})
    groups = group_words(prepare_words(words, style, "en", str, 30), style.group)
    expected = "then" if mark in style.group.drop else shown
    assert [join_words(group.words).lower() for group in groups] == [f"so {expected}", "we"]
    assert groups[0].words[-1].end == words[1].end


def test_dots_at_the_beginning_are_part_of_the_word_after() -> None:
    (group,) = groups_of(said("... and then", gaps={0: 3.0}))
    assert (join_words(group.words), group.start) == ("...AND THEN", pytest.approx(3.3))


def test_a_silence_ends_a_group() -> None:
    assert texts(groups_of(said("so then we", gaps={0: 0.5}))) == ["SO", "THEN WE"]


def test_a_comma_is_a_better_place_to_break_than_after_the_next_word() -> None:
    assert texts(groups_of(said("yes sir, we can go"))) == ["YES SIR", "WE CAN GO"]


def test_the_last_word_is_held_but_never_into_the_next_group() -> None:
    words = said("one two. three four.", gaps={1: 0.1, 3: 0})
    first, second = groups_of(words)
    assert first.end == second.start == words[2].start
    assert second.end == pytest.approx(words[3].end + 0.25)


def test_groups_of_random_words_never_overlap() -> None:
    chance = random.Random(11)
    starts = sorted(chance.uniform(0, 60) for _ in range(150))
    words = [Word(text=chance.choice(["a", "word.", "longer,"]), start=s, end=s + chance.uniform(0, 1)) for s in starts]
    for left, right in pairwise(groups_of(words)):
        assert left.start < left.end <= right.start


def test_a_word_that_only_flashes_stays_for_the_shortest_time() -> None:
    (group,) = groups_of([Word(text="Oh", start=1, end=1.05)])
    assert group.end - group.start == pytest.approx(0.35)


def test_a_word_with_spaces_becomes_words_that_share_its_time() -> None:
    kept = prepare_words([Word(text="New York", start=1, end=1.7)], CLASSIC, "en", str, 30)
    assert [word.text for word in kept] == ["NEW", "YORK"]
    assert kept[1].start == pytest.approx(1.3)


def test_a_word_no_line_can_hold_is_shown_in_pieces_that_share_its_time() -> None:
    kept = prepare_words([Word(text="a" * 50, start=0, end=5)], CLASSIC, "en", str, 20)
    assert [len(word.text) for word in kept] == [17, 17, 16]
    assert [word.start for word in kept] == pytest.approx([0, 1.7, 3.4])


def test_a_long_phrase_without_spaces_is_cut_between_letters_never_inside_one() -> None:
    kept = prepare_words([Word(text="ที่นี่น้ำผึ้งที่นี่น้ำผึ้ง", start=0, end=2)], CLASSIC, "th", str, 6)
    assert len(kept) > 1
    assert all(not word.text.startswith(("ี", "่", "้", "ำ", "ึ")) for word in kept)


def test_words_of_nothing_a_font_can_draw_are_left_out() -> None:
    words = [Word(text="hello", start=0, end=1), Word(text="😀", start=1, end=2), Word(text="you", start=2, end=3)]
    kept = prepare_words(words, CLASSIC, "en", lambda text: text.replace("😀", ""), 30)
    assert [word.text for word in kept] == ["HELLO", "YOU"]


def test_words_given_in_disorder_or_on_top_of_each_other_run_forward() -> None:
    words = [Word(text="b", start=1, end=3), Word(text="a", start=0, end=2), Word(text="c", start=1.5, end=1.6)]
    kept = prepare_words(words, CLASSIC, "en", str, 30)
    assert [(word.text, word.start, word.end) for word in kept] == [("A", 0, 1), ("B", 1, 1.5), ("C", 1.5, 1.6)]


def test_japanese_words_are_joined_without_spaces() -> None:
    words = [Word(text=text, start=index, end=index + 1) for index, text in enumerate(["今日", "は", "good", "day"])]
    assert join_words(prepare_words(words, CLASSIC, "ja", str, 30)) == "今日は GOOD DAY"


@pytest.mark.parametrize(
    ("language", "text", "capitals"),
    [
        ("pt", "coração", "CORAÇÃO"),
        ("tr", "istiklal", "İSTİKLAL"),
        ("de", "straße", "STRASSE"),
        ("el", "Καλημέρα", "ΚΑΛΗΜΕΡΑ"),
    ],
)
def test_capitals_follow_the_language(language: str, text: str, capitals: str) -> None:
    (word,) = prepare_words([Word(text=text, start=0, end=1)], CLASSIC, language, str, 30)
    assert word.text == capitals


def test_a_group_with_a_word_whose_times_are_estimated_is_highlighted_whole_and_no_other_is() -> None:
    words = said("one two three. four five six. seven eight nine.")
    words[4] = words[4].model_copy(update={"has_estimated_times": True})
    whole = [group.is_highlighted_whole for group in groups_of(words)]
    assert whole == [False, True, False]


def test_the_parts_of_a_word_that_was_split_have_estimated_times_as_it_has() -> None:
    (long,) = mark_estimated([Word(text="abcdefghij", start=0.0, end=1.0)])
    assert all(group.is_highlighted_whole for group in groups_of([long], longest=4))
