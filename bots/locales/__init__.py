"""Texts shown to users, in English, Brazilian Portuguese and Spanish (Fluent catalogues).

Other packages add texts of their own by packages of catalogues (entry points `rabisco.locales`); they replace none.
"""

import os
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import ModuleType

from babel import Locale
from babel.numbers import get_currency_precision
from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import fluent_date, fluent_number

from models.errors import ConfigError
from models.languages import load_languages
from models.plugins import load_plugins
from models.sketch.subjects import load_subjects

LANGUAGES = ("en", "pt-BR", "es")
DEFAULT_LANGUAGE = "en"
MONEY_NAMES = frozenset({"price"})  # names of values such as "1990 brl": minor units and a currency
DATE_NAMES = frozenset({"returns"})  # names of values that are ISO dates, formatted as each language writes them
MAX_VALUE_LENGTH = 2000  # characters; Fluent formats no value of more than 2500
SPEECH_NAMES = frozenset({"spoken"})  # names of values that are codes of languages, shown by their names
SUBJECT_NAMES = frozenset({"subject"})  # names of values that are labels of what can be drawn first
LANGUAGE_NAMES = {"en": "English", "pt-BR": "Português", "es": "Español"}


def match_language(tag: str | None) -> str:
    """The supported language that matches a tag such as "pt-pt" or "es-419"; English where none does."""
    base = (tag or "").lower().partition("-")[0].partition("_")[0]
    return next((language for language in LANGUAGES if language.lower().partition("-")[0] == base), DEFAULT_LANGUAGE)


def detect_terminal_language() -> str:
    """The language of the terminal, or the one that comes closest."""
    return match_language(os.environ.get("LANG"))


def translate(language: str, key: str, values: Mapping[str, str | int | float] | None = None) -> str:
    """The text of that key. Raises KeyError where there is none: a test keeps the catalogues complete."""
    bundle = _load_bundle(language if language in LANGUAGES else DEFAULT_LANGUAGE)
    pattern = bundle.get_message(key).value
    if pattern is None:
        raise KeyError(key)
    given = values or {}
    long = {name: value for name, value in given.items() if isinstance(value, str) and len(value) > MAX_VALUE_LENGTH}
    short = {name: _convert_value(language, name, value) for name, value in given.items() if name not in long}
    formatted, errors = bundle.format_pattern(pattern, short | {name: _build_mark(name) for name in long})
    if errors:
        raise KeyError(f"{key}: {errors[0]}")
    text = str(formatted)
    for name, value in long.items():
        text = text.replace(_build_mark(name), value)
    return text


def _build_mark(name: str) -> str:
    """What stands for a long value while Fluent formats the text: noncharacters, which are in none."""
    return f"\ufdd0{name}\ufdd1"


def has_text(language: str, key: str) -> bool:
    return _load_bundle(language).has_message(key)


def _convert_value(language: str, name: str, value: str | float) -> object:
    if name in SPEECH_NAMES:
        return name_language(language, str(value))
    if name in SUBJECT_NAMES:
        return name_subject(language, str(value))
    if name in DATE_NAMES:
        return fluent_date(date.fromisoformat(str(value)), dateStyle="long")
    return _convert_money(str(value)) if name in MONEY_NAMES else value


def name_language(language: str, code: str) -> str:
    """The name of a spoken language in another one, "português" for "pt" in Portuguese; the code where it has none."""
    found: str | None = Locale.parse(language, sep="-").languages.get(code)
    return found or load_languages().names.get(code, code)


def name_subject(language: str, label: str) -> str:
    """What a subject of a drawing is called in a language; the label where it has no name."""
    found = load_subjects().get(label)
    return found.list_names(language.partition("-")[0])[0] if found else label


def _convert_money(value: str) -> object:
    amount, _, code = value.partition(" ")
    currency = code.upper()
    whole = Decimal(amount).scaleb(-get_currency_precision(currency))
    return fluent_number(whole, style="currency", currency=currency)


@cache
def _load_bundle(language: str) -> FluentBundle:
    bundle = FluentBundle([language], use_isolating=False)
    for package in ("bots.locales", *_list_plugin_packages()):
        bundle.add_resource(FluentResource(_read_catalogue(package, language)))
    return bundle


@cache
def _list_plugin_packages() -> tuple[str, ...]:
    return tuple(package.__name__ for package in load_plugins("rabisco.locales", ModuleType))


def _read_catalogue(package: str, language: str) -> str:
    try:
        return files(package).joinpath(f"{language}.ftl").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"the package {package!r} has no texts in {language!r}") from error
