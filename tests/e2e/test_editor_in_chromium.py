"""The editor of words as a person sees it, in a real browser, with the real conversation behind it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.browser import ChatPage, find_chromium, open_page
from fakes.echo_sink import write_film
from fakes.web_server import serve_web_app
from fakes.world.page_jobs import VIDEO, PageWorld, open_page_world
from playwright.sync_api import Browser, Locator

from models.jobs.job import Job
from models.jobs.transcript import Transcript, Word
from storage.db import Database
from storage.jobs import jobs, transcripts
from storage.media import files

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium on this machine")

SENTENCES = ("Ola joao, tudo <b>bem</b> com voce?", "Eu moro em sao paulo.", "Uh.")


def speak() -> Transcript:
    """Ten words in five seconds, three lines, each a cue at the top."""
    words, now = [], 0.1
    for number, sentence in enumerate(SENTENCES):
        place = {"anchor": "top", "cue": number, "cue_end": now + 0.35 * len(sentence.split())}
        for text in sentence.split():
            words.append(Word.model_validate({"text": text, "start": now, "end": now + 0.3, **place}))
            now += 0.35
        now += 0.7
    return Transcript(language="pt", words=tuple(words), engine="groq", confidence=0.9)


HEARD = speak()


@pytest.fixture
def house(tmp_path: Path, sqlite: Database) -> PageWorld:
    house = open_page_world(tmp_path, sqlite, HEARD)
    film = tmp_path / "film.mp4"
    write_film(film, 180, 320, seconds=6)
    house.world.renderer.film = film.read_bytes()
    return house


@pytest.fixture
def address(house: PageWorld) -> Iterator[str]:
    with serve_web_app(house.app, house.page.notifier) as address:
        yield address


@pytest.fixture
def chat_page(house: PageWorld, address: str, browser: Browser, tmp_path: Path) -> Iterator[ChatPage]:
    """A page on a phone with a captioned film."""
    with open_page(address, browser) as page:
        make_film(house, page, tmp_path)
        yield page
        assert page.errors == []
        assert page.foreign_requests == []


def make_film(house: PageWorld, page: ChatPage, folder: Path) -> None:
    source = folder / VIDEO[0]
    source.write_bytes(VIDEO[1])
    page.send(source)
    house.run_job()
    page.wait_for_message("Here is your video")


def open_editor(page: ChatPage) -> Locator:
    page.press_button("✏️ Correct the words")
    editor = page.tab.locator("dialog.editor")
    editor.wait_for(state="visible")
    return editor


def field(editor: Locator, text: str) -> Locator:
    """The field of the first word that says that."""
    index = [each.input_value() for each in editor.locator("input.word").all()].index(text)
    return editor.locator("input.word").nth(index)


def read_given(house: PageWorld) -> tuple[Word, ...]:
    with house.world.db.read_transaction() as session:
        given = transcripts.find_given(session, house.world.list_jobs()[-1].id)
    assert given is not None
    return given.words


def save(house: PageWorld, page: ChatPage, editor: Locator) -> tuple[Word, ...]:
    """Have the film made again; the words it was made with."""
    editor.get_by_role("button", name="Make it again").click()
    editor.wait_for(state="detached")
    house.run_job()
    page.wait_until("() => document.querySelectorAll('li.message video').length === 2")
    return read_given(house)


def test_a_word_is_corrected_and_all_others_stay_what_they_were_to_the_bit(
    chat_page: ChatPage, house: PageWorld
) -> None:
    editor = open_editor(chat_page)
    assert editor.locator("b").count() <= 1  # that of the preview; words are no HTML
    assert "It costs nothing." in editor.inner_text()
    field(editor, "joao,").fill("João,")
    words = save(house, chat_page, editor)
    assert [word.text for word in words[:2]] == ["Ola", "João,"]
    assert words == (HEARD.words[0], HEARD.words[1].model_copy(update={"text": "João,"}), *HEARD.words[2:])


def test_words_are_split_added_and_removed_and_a_line_goes(chat_page: ChatPage, house: PageWorld) -> None:
    editor = open_editor(chat_page)
    field(editor, "Eu").fill("- Eu")
    field(editor, "moro").fill("não moro")
    field(editor, "voce?").click()
    editor.get_by_role("button", name="Add a word").click()
    chat_page.tab.keyboard.type("Hein?")
    field(editor, "tudo").click()
    editor.get_by_role("button", name="Remove the word").click()
    editor.get_by_role("button", name="Remove the line: 3").click()
    words = save(house, chat_page, editor)
    text = "Ola joao, <b>bem</b> com voce? Hein? Eu não moro em sao paulo."
    assert " ".join(word.text for word in words) == text
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert [word.cue for word in words] == [0] * 6 + [1] * 6
    assert [word.text for word in words if word.is_speaker_change] == ["Eu"]


def test_keys_go_from_word_to_word_and_move_its_times(chat_page: ChatPage, house: PageWorld) -> None:
    editor = open_editor(chat_page)
    field(editor, "Ola").focus()
    keyboard = chat_page.tab.keyboard
    keyboard.press("Enter")
    assert field(editor, "joao,").evaluate("field => field === document.activeElement")
    for key in ("Alt+ArrowRight", "Alt+ArrowRight", "Shift+Alt+ArrowLeft"):
        keyboard.press(key)
    keyboard.press("ArrowLeft")
    assert field(editor, "Ola").evaluate("field => field === document.activeElement")
    keyboard.press("Control+Enter")
    editor.wait_for(state="detached")
    house.run_job()
    before, after = HEARD.words[1], read_given(house)[1]
    assert after.start == pytest.approx(before.start + 0.1, abs=0.001)
    assert after.end == pytest.approx(before.end - 0.05, abs=0.001)


def test_times_are_moved_by_touch_and_stay_between_the_neighbours(chat_page: ChatPage, house: PageWorld) -> None:
    editor = open_editor(chat_page)
    field(editor, "com").click()
    editor.get_by_role("button", name="Start: later").click()
    start = editor.get_by_role("spinbutton", name="Start")
    before = next(word for word in HEARD.words if word.text == "com")
    assert float(start.input_value()) == pytest.approx(before.start + 0.05, abs=0.01)
    start.fill("99")
    start.press("Tab")
    following = HEARD.words[HEARD.words.index(before) + 1]
    assert float(start.input_value()) == pytest.approx(following.start, abs=0.01)
    assert next(word for word in save(house, chat_page, editor) if word.text == "com").start == pytest.approx(
        following.start, abs=0.001
    )


def test_the_film_stands_where_the_word_is_and_shows_what_is_said(chat_page: ChatPage) -> None:
    editor = open_editor(chat_page)
    field(editor, "moro").click()
    video = editor.locator("video")
    word = next(word for word in HEARD.words if word.text == "moro")
    chat_page.wait_until(f"() => Math.abs(document.querySelector('dialog video').currentTime - {word.start}) < .01")
    assert video.evaluate("video => video.error") is None
    chat_page.wait_until("() => document.querySelector('dialog .spoken b')?.textContent === 'moro'")


def cut_film(house: PageWorld, folder: Path, source: bytes) -> None:
    """The film as if its pauses had been cut out: two seconds, made from that video of six."""
    write_film(folder / "cut.mp4", 180, 320, seconds=2)
    with house.world.db.transaction() as session:
        job = session.get_one(Job, house.world.list_jobs()[0].id)
        job.parameters = {**job.parameters, "cut_pauses": True}
        (media,) = jobs.list_inputs(session, job.id)
        house.world.store.get_local_path(files.key_of(session, media)).write_bytes(source)
    key = house.find_film().body["film"]["key"]
    house.world.store.get_local_path(key).write_bytes((folder / "cut.mp4").read_bytes())


def test_words_of_a_film_without_its_pauses_are_beside_the_video_that_has_their_times(
    chat_page: ChatPage, house: PageWorld, tmp_path: Path
) -> None:
    cut_film(house, tmp_path, (tmp_path / "film.mp4").read_bytes())
    editor = open_editor(chat_page)
    word = next(word for word in HEARD.words if word.text == "sao")
    assert word.start > 2
    field(editor, "sao").click()
    chat_page.wait_until(f"() => Math.abs(document.querySelector('dialog video').currentTime - {word.start}) < .01")
    assert editor.locator("video").evaluate("video => video.duration") == pytest.approx(6, abs=0.1)
    chat_page.wait_until("() => document.querySelector('dialog .word.now')?.value === 'sao'")
    editor.get_by_role("button", name="Play from here: Line 2").click()
    chat_page.wait_until("() => ['moro', 'em'].includes(document.querySelector('dialog .word.now')?.value)")
    editor.locator("video").evaluate("video => video.pause()")
    time, shown = editor.evaluate(
        "dialog => [dialog.querySelector('video').currentTime, dialog.querySelector('.word.now').value]"
    )
    begun = [each.text for each in HEARD.words if each.start <= time + 0.3]
    assert shown in begun[-2:]


def test_a_source_that_cannot_be_played_leaves_the_words_to_be_corrected(
    chat_page: ChatPage, house: PageWorld, tmp_path: Path
) -> None:
    cut_film(house, tmp_path, b"no film")
    editor = open_editor(chat_page)
    editor.get_by_text("cannot play this video").wait_for()
    field(editor, "joao,").click()
    assert editor.get_by_role("button", name="Play from here", exact=True).count() == 0
    field(editor, "joao,").fill("João,")
    assert save(house, chat_page, editor)[1].text == "João,"


def test_nothing_is_made_of_nothing_and_escape_asks_before_it_throws_away(
    chat_page: ChatPage, house: PageWorld
) -> None:
    editor = open_editor(chat_page)
    editor.get_by_role("button", name="Make it again").click()
    assert "Nothing is changed yet." in editor.inner_text()
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss() if len(asked) == 1 else dialog.accept()

    chat_page.tab.on("dialog", answer)
    field(editor, "Ola").fill("Olá")
    chat_page.tab.keyboard.press("Escape")
    assert editor.is_visible()
    chat_page.tab.keyboard.press("Escape")
    editor.wait_for(state="detached")
    assert asked == ["Discard what you have changed?"] * 2
    assert len(house.world.list_jobs()) == 1


@pytest.mark.parametrize(("size", "dark"), [((390, 844), False), ((390, 480), False), ((1280, 800), True)])
def test_the_editor_fits_the_screen_and_can_be_touched(
    house: PageWorld, address: str, browser: Browser, tmp_path: Path, size: tuple[int, int], dark: bool
) -> None:
    with open_page(address, browser, size=size, is_dark=dark) as page:
        make_film(house, page, tmp_path)
        editor = open_editor(page)
        field(editor, "moro").click()
        assert editor.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
        assert editor.locator(".lines").evaluate("lines => lines.scrollWidth <= lines.clientWidth")
        assert editor.locator(".lines").evaluate("lines => lines.clientHeight") >= 120
        for button in editor.locator("footer button:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= box["x"] + box["width"] <= size[0]
            assert 0 <= box["y"] <= box["y"] + box["height"] <= size[1]
            assert box["height"] >= 44
        names = editor.locator("button").evaluate_all(
            "buttons => buttons.map(button => (button.getAttribute('aria-label') ?? button.textContent).trim())"
        )
        assert all(names), json.dumps(names)
