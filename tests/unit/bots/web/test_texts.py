import json
import re
from importlib.resources import files

import pytest

from bots.web.static_pages import render_page
from bots.web.texts import choose_language, load_texts, parse_accept_language, render_error

PLACEHOLDER = re.compile(r"\{\w+\}")
WEB = files("bots.web")


def test_every_language_has_every_sentence_with_the_same_placeholders() -> None:
    english = {name: sorted(PLACEHOLDER.findall(text)) for name, text in load_texts()["en"].items()}
    assert set(load_texts()) == {"en", "pt-BR", "es"}
    for language, words in load_texts().items():
        assert {name: sorted(PLACEHOLDER.findall(text)) for name, text in words.items()} == english, language
        assert all(text.strip() for text in words.values())


def test_the_script_and_the_page_ask_for_no_sentence_that_is_missing() -> None:
    scripts = "".join(file.read_text() for file in WEB.joinpath("static").iterdir() if file.name.endswith(".js"))
    asked = set(re.findall(r'words\("([\w-]+)"', scripts))
    pages = "".join(file.read_text() for file in WEB.iterdir() if file.name.endswith(".html"))
    asked |= set(re.findall(r"\{\{([\w-]+)\}\}", pages)) - {"language", "data", "hidden", "problem", "address"}
    signing = WEB.joinpath("auth", "sign_in_pages.py").read_text()
    asked |= set(re.findall(r'"(sign-in-[\w-]+)"', signing)) - set(re.findall(r'"([\w-]+)\.html"', signing))
    assert asked
    assert asked <= set(load_texts()["en"])


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt-br"),
        ("en;q=0.5, es", "es"),
        ("en;q=0.5, es;q=rubbish", "en"),
        ("*", None),
        ("", None),
        ("<script>, es;q=0.1", "es"),
    ],
)
def test_the_language_a_browser_likes_best_is_found(header: str, tag: str | None) -> None:
    assert parse_accept_language(header) == tag


@pytest.mark.parametrize(
    ("tag", "language"), [("pt", "pt-BR"), ("pt-pt", "pt-BR"), ("es-mx", "es"), ("de", "en"), (None, "en")]
)
def test_the_nearest_language_is_spoken(tag: str | None, language: str) -> None:
    assert choose_language(tag) == language


def test_a_refusal_is_told_with_its_limit_in_the_persons_language() -> None:
    assert "2000 MB" in render_error("pt-br", "FILE_TOO_BIG", 2000)
    assert render_error("pt-br", "FILE_TOO_BIG", 2000) != render_error("en", "FILE_TOO_BIG", 2000)
    assert render_error("en", "NEVER_HEARD_OF") == load_texts()["en"]["error"]


@pytest.mark.parametrize("language", ["en", "pt-BR", "es"])
def test_a_page_is_filled_in_whole(language: str) -> None:
    page = render_page(WEB.joinpath("page.html").read_text(), language, {"max_files": 10})
    assert "{{" not in page
    assert f'lang="{language}"' in page
    data = re.search(r'id="page-data">(.*?)</script>', page)
    assert data is not None
    assert json.loads(data[1])["texts"] == load_texts()[language]


def test_no_sentence_can_close_the_script_or_open_a_tag() -> None:
    page = render_page("<p>{{data}}</p>", "en", {"</script><b>": 1})
    assert "</script>" not in page
