"""The order of drawing as people say it, in three languages."""

import pytest

from models.sketch.order_words import parse_list, parse_order


def describe(text: str, language: str = "pt-BR") -> list[str]:
    return [f"{subject.label}{' last' * subject.is_last}" for subject in parse_order(text, language).subjects]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("first the dog, then the cat", ["dog", "cat"]),
        ("Please draw my dog first and then the two cats.", ["dog", "cat"]),
        ("start with the puppies, next the kitties, finally everything else", ["dog", "cat", "background last"]),
        ("the sky last", ["sky last"]),
        ("first me, then my motorbike", ["person", "motorcycle"]),
        ("the cat before the dog", ["cat", "dog"]),
        ("the cat after the dog", ["dog", "cat"]),
        ("first: traffic lights\nthen: hot dogs\nlast: the knives", ["traffic-light", "hot-dog", "knife last"]),
        ("primeiro o cachorro, depois o gato", ["dog", "cat"]),
        ("Desenhe o cachorrinho primeiro e por último o céu, por favor", ["dog", "sky last"]),
        ("Comece pelas florzinhas, em seguida os cãezinhos e no final as pessoas", ["plant", "dog", "person last"]),
        ("faça primeiro a faca, depois os aviões", ["knife", "airplane"]),
        ("o guarda-chuva depois do gato", ["cat", "umbrella"]),
        ("primero el perro, luego el gato", ["dog", "cat"]),
        ("Empieza por los perritos, después la camioneta y al final el cielo", ["dog", "truck", "sky last"]),
        ("primero los niños y las niñas, a continuación los pajaritos", ["person", "bird"]),
    ],
)
def test_an_order_is_read_as_it_is_said(text: str, order: list[str]) -> None:
    assert describe(text) == order


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Meu cachorro na praia",
        "My dog and my cat",
        "First day at school",
        "/sketch",
        "primeiro dia de aula",
        "🐶 > 🐱",
        "1",
    ],
)
def test_words_that_name_no_order_ask_for_none(text: str) -> None:
    assert parse_order(text, "en") == parse_order("", "en")


def test_a_title_is_no_order_and_what_stands_beside_it_is() -> None:
    assert describe('"first the dog"') == []
    assert describe("title: first the dog") == []
    assert describe("“first the dog”, the cat last") == ["cat last"]


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("first the dog, then the house", "house"),
        ("primeiro o cachorro, depois a casa", "casa"),
        ("primero el perro, luego la casa", "casa"),
    ],
)
def test_a_thing_that_cannot_be_found_in_pictures_is_named_and_the_rest_is_taken(text: str, unknown: str) -> None:
    requested = parse_order(text, "en")
    assert [subject.label for subject in requested.subjects] == ["dog"]
    assert requested.unknown == (unknown,)


def test_a_word_with_several_senses_has_that_of_the_language_of_the_text() -> None:
    assert describe("primeiro o vaso, depois o cachorro") == ["vase", "dog"]
    assert describe("primero el vaso, luego el perro") == ["cup", "dog"]


def test_a_subject_that_is_named_twice_is_drawn_once() -> None:
    assert describe("first the dog, then the cat, then the puppy") == ["dog", "cat"]


def test_a_list_needs_no_marker() -> None:
    subjects = parse_list("dog, house; the sky last", "en").subjects
    assert [(subject.label, subject.is_last) for subject in subjects] == [("dog", False), ("sky", True)]
    assert parse_list("dog, house", "en").unknown == ("house",)


def test_a_very_long_text_is_read_in_its_beginning_and_gives_a_short_order() -> None:
    text = "first " + ", ".join(["the dog", "the thing nobody knows"] * 50_000)
    requested = parse_order(text, "en")
    assert [subject.label for subject in requested.subjects] == ["dog"]
    assert requested.unknown == ("thing nobody knows",)
