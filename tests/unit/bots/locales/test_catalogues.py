"""The three catalogues: complete, alike, and short enough."""

import re
from functools import cache

import pytest
from fakes.catalogues import FOLDER, build_error_key, iterate_nodes, list_placeholders, read_messages
from fluent.syntax import ast as fluent

from bots.core.conversation.commands import COMMANDS, build_menus, list_commands
from bots.core.conversation.features.registry import list_features, list_settings
from bots.core.delivery.message_rendering import render_text
from bots.locales import DATE_NAMES, LANGUAGES, match_language, name_language, translate
from models.billing.catalogue import read_catalogue
from models.errors import ErrorCode
from models.identity.roles import Role
from models.languages import load_languages

LONGEST_LABEL = 45  # characters; wider buttons are cut on a phone
SAMPLE = {"limit": 600, "position": 12, "percent": 99, "available": 1_000_000, "monthly": 1000, "reserved": 20}
SAMPLE |= {"credits": 1_000_000, "count": 20, "cost": 60, "seconds": 60}
TEXTS = {"returns": "2026-12-01", "who": "telegram:1234567890", "code": "TOO_MANY_STREAMS", "job": "0123abcd"}
TEXTS |= {"value": "60 s", "name": "Português"}


@cache
def every_say(language: str, key: str, number: float | None = None) -> str:
    names = list_placeholders(read_messages(language)[key])
    values = {name: (TEXTS.get(name) or SAMPLE.get(name, 5)) for name in names}
    if number is not None:
        values |= {name: number for name in names if name not in TEXTS}
    return translate(language, key, values)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_sentences_in_the_same_order(language: str) -> None:
    assert list(read_messages(language)) == list(read_messages("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_takes_the_same_values_in_every_language(language: str) -> None:
    taken = {key: list_placeholders(message) for key, message in read_messages(language).items()}
    assert taken == {key: list_placeholders(message) for key, message in read_messages("en").items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_stands_twice_in_a_catalogue(language: str) -> None:
    keys = re.findall(r"^([\w-]+) =", (FOLDER / f"{language}.ftl").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_failure_has_a_sentence_of_its_own(code: ErrorCode, language: str) -> None:
    others = {every_say(language, build_error_key(other)) for other in ErrorCode if other is not code}
    assert every_say(language, build_error_key(code)) not in others


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [0, 1, 2, 5, 21, 100, 1_000_000, 2_000_000])
def test_every_sentence_can_be_said_with_every_number(language: str, number: int) -> None:
    for key in read_messages(language):
        assert every_say(language, key, number).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_numbers_decide_one_has_a_form_and_all_others_too(language: str) -> None:
    """A catalogue whose rule for one is `[one]` has a form for it wherever English has."""
    for key, message in read_messages(language).items():
        forms = [_forms(select) for select in iterate_nodes(message, fluent.SelectExpression)]
        assert forms == [
            _forms(select) for select in iterate_nodes(read_messages("en")[key], fluent.SelectExpression)
        ], key
        assert all(form & {"one", "1"} for form in forms), key


def _forms(select: object) -> set[str]:
    keys = [variant.key for variant in select.variants]  # type: ignore[attr-defined]
    return {key.name if isinstance(key, fluent.Identifier) else key.value for key in keys}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_count_of_credits_or_films_follows_the_rules_of_number(language: str) -> None:
    """`You have 1 credits` is what people laugh at."""
    counted = {"available", "reserved", "count", "credits"}
    for key, message in read_messages(language).items():
        if key.startswith(("grant", "admin", "command")):
            continue
        free = list_placeholders(message) & counted
        decided = {
            select.selector.id.name  # type: ignore[attr-defined]
            for select in iterate_nodes(message, fluent.SelectExpression)
        }
        assert free <= decided, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_fits_into_a_message(language: str) -> None:
    for key in read_messages(language):
        assert len(every_say(language, key)) <= (512 if key == "welcome" else 1024), key
        assert len(translate(language, "about")) <= 120


@pytest.mark.parametrize("language", LANGUAGES)
def test_descriptions_of_commands_fit_into_a_menu(language: str) -> None:
    for command in (*build_menus().public[language], *build_menus().by_role[Role.OWNER][language]):
        assert 3 <= len(command.description) <= 60
        assert re.fullmatch(r"[a-z0-9_]{1,32}", command.name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_choices_fit_onto_a_button(language: str) -> None:
    for setting in list_settings():
        for option in setting.list_values():
            label = render_text(option.label, language)
            assert len(f"✅ {label}") <= 20, label
            if setting.is_listed:
                assert len(translate(language, f"setting-{setting.name}", {"value": label})) <= LONGEST_LABEL
    for key in read_messages(language):
        if key.startswith("choice-"):
            assert len(every_say(language, key)) <= 20, key


@pytest.mark.parametrize(
    "key",
    [key for feature in list_features() for key in feature.list_text_keys()]
    + [f"{kind}-price" for kind in read_catalogue().prices]
    + [f"command-{command.name}" for command in list_commands()],
)
def test_every_key_the_code_puts_together_is_in_the_catalogues(key: str) -> None:
    assert key in read_messages("en")


@pytest.mark.parametrize(
    ("hint", "language"),
    [
        ("pt-br", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("pt_BR.UTF-8", "pt-BR"),
        ("es-419", "es"),
        ("es", "es"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
        ("C", "en"),
        ("ptx", "en"),
        ("💥", "en"),
    ],
)
def test_the_nearest_language_is_spoken(hint: str | None, language: str) -> None:
    assert match_language(hint) == language


def test_a_language_we_do_not_speak_gets_english() -> None:
    assert translate("tlh", "nothing-charged") == "Nothing was charged."


@pytest.mark.parametrize(("key", "values"), [("no-such-key", {}), ("error-too-long", {})])
def test_a_sentence_that_cannot_be_said_is_an_error_and_never_half_a_sentence(key: str, values: dict[str, int]) -> None:
    with pytest.raises(KeyError):
        translate("en", key, values)


def test_numbers_and_dates_are_written_as_the_language_writes_them() -> None:
    values = {"available": 12_345, "monthly": 10, "returns": "2026-12-01"}
    assert [re.findall(r"12.345", translate(language, "balance", values)) for language in LANGUAGES] == [
        ["12,345"],
        ["12.345"],
        ["12.345"],
    ]
    assert {"returns"} == DATE_NAMES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_price_that_is_told_is_the_price_that_is_taken(language: str) -> None:
    steps = read_catalogue().price.steps
    told = [int(number) for number in re.findall(r"\d+", translate(language, "price-hint"))]
    assert sorted(told) == sorted(number for step in steps for number in (int(step.minutes), step.credits))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_price_of_transcripts_that_is_told_is_the_one_that_is_taken(language: str) -> None:
    price_in_credits, minutes = (int(number) for number in re.findall(r"\d+", translate(language, "transcript-price")))
    price = read_catalogue().price_for("transcript")
    assert [price.credits_for(60 * minutes * count) for count in range(1, 7)] == [
        price_in_credits * n for n in range(1, 7)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_price_of_corrections_that_is_told_is_the_one_that_is_taken(language: str) -> None:
    free, one, one_until, two, two_until = map(int, re.findall(r"\d+", translate(language, "corrections-price")))
    catalogue = read_catalogue()
    price = catalogue.price_for("caption", earlier_corrections=0)
    told = [(free, 0), (one_until, one), (two_until, two)]
    assert [(minutes, price.credits_for(60 * minutes)) for minutes, _ in told] == told
    assert catalogue.price_for("transcript", earlier_corrections=0).credits_for(3600) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_every_command_there_is_for_people(language: str) -> None:
    named = set(re.findall(r"/(\w+)", translate(language, "help")))
    assert named == {command.name for command in COMMANDS if command.min_role is Role.PERSON} - {"start", "help"}


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [
        ("pt-BR", "pt", "português"),
        ("es", "de", "alemán"),
        ("en", "yue", "Cantonese"),
        ("es", "haw", "hawaiano"),
        ("en", "xx", "xx"),
    ],
)
def test_a_spoken_language_has_its_name_in_the_language_of_the_reader(language: str, code: str, name: str) -> None:
    assert f": {name} ·" in translate(language, "heard-groq", {"spoken": code})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_speech_has_a_name(language: str) -> None:
    assert [code for code in load_languages().names if name_language(language, code) == code] == []


def test_a_text_of_a_user_comes_through_as_it_is_however_long() -> None:
    text = "{ $name } 3: words, " * 500
    assert translate("en", "name", {"name": text}) == text
