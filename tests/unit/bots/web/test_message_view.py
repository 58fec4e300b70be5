import uuid
from pathlib import Path

import pytest
from fakes.clock import NOON

from bots.core.channel import AttachmentKind, Choice, RenderedMessage, Upload
from bots.web.links import MediaLinkSigner
from bots.web.message_view import (
    MessageBody,
    SentFile,
    build_media_body,
    build_text_body,
    encode_thumbnail,
    render_message,
    sanitize_thumbnail,
)
from models.messaging.deliveries import PageMessage

LINKS = MediaLinkSigner(b"secret")
KEY = "0123456789abcdef" * 2


def upload(folder: Path, name: str = "film.mp4") -> Upload:
    path = folder / "bytes"
    path.write_bytes(b"x" * 1234)
    return Upload(path, name, RenderedMessage("Ready"), 640, 360, 12.5, key=KEY)


def told(body: MessageBody) -> dict[str, object]:
    row = PageMessage(
        id=uuid.uuid4(), address_id=uuid.uuid4(), version=7, author="bot", body=body.to_json(), created_at=NOON
    )
    return render_message(row, LINKS, NOON)


def test_a_message_is_shown_as_it_was_said() -> None:
    message = told(
        build_text_body(RenderedMessage("Hi", ((Choice("a", "A"), Choice("", "Site", "https://x.example")),), "before"))
    )
    assert message["text"] == "Hi"
    assert message["reply_to"] == "before"
    assert message["buttons"] == [
        [{"data": "a", "label": "A", "url": None}, {"data": "", "label": "Site", "url": "https://x.example"}]
    ]
    assert message["at"] == NOON.timestamp() * 1e6
    assert message["film"] is None


def test_a_film_is_shown_by_a_link_and_without_its_key(tmp_path: Path) -> None:
    film = told(build_media_body(upload(tmp_path), plays=True))["film"]
    assert isinstance(film, dict)
    assert (film["width"], film["height"], film["seconds"], film["weight"]) == (640, 360, 12.5, 1234)
    assert film["plays"]
    assert "key" not in film
    link = LINKS.verify(film["url"].removeprefix("/media/"), NOON)
    assert (link.key, link.name, link.mime) == (KEY, "film.mp4", "video/mp4")
    assert film["save"] == film["url"] + "?download=1"


@pytest.mark.parametrize("name", ["words.srt", "film.exe", "page.html", "noname"])
def test_only_films_play(tmp_path: Path, name: str) -> None:
    film = build_media_body(upload(tmp_path, name), plays=True).film
    assert film is not None
    assert not film.plays


def test_rewording_keeps_the_film(tmp_path: Path) -> None:
    body = build_media_body(upload(tmp_path), plays=True)
    after = body.replace_text(RenderedMessage("Other", ((Choice("b", "B"),),)))
    assert after.film == body.film
    assert after.text == "Other"
    assert after.find_button("b") is not None
    assert after.find_button("a") is None


def test_a_button_that_is_a_link_cannot_be_chosen() -> None:
    assert (
        build_text_body(RenderedMessage("Pay", ((Choice("pay", "Pay", "https://pay.example"),),))).find_button("pay")
        is None
    )


def test_a_poster_is_kept_with_the_message_when_it_is_small_and_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "poster"
    path.write_bytes(b"\xff\xd8\xff" + bytes(100))
    assert str(encode_thumbnail(path)).startswith("data:image/jpeg;base64,/9j/")
    path.write_bytes(b"<svg onload='x'>")
    assert encode_thumbnail(path) is None
    path.write_bytes(b"\xff\xd8\xff" + bytes(300_000))
    assert encode_thumbnail(path) is None
    assert encode_thumbnail(tmp_path / "nothing") is None
    assert encode_thumbnail(None) is None


@pytest.mark.parametrize(
    "url",
    [
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:text/html;base64,PGI+",
        "https://evil.example/x.png",
        'data:image/png;base64,AA==" onerror="x',
        "data:image/png;base64," + "A" * 300_000,
        "",
    ],
)
def test_only_small_pictures_come_in_as_thumbnails(url: str) -> None:
    assert sanitize_thumbnail(url) is None
    assert sanitize_thumbnail("data:image/jpeg;base64,/9j/AA==") == "data:image/jpeg;base64,/9j/AA=="


def test_what_is_kept_can_be_read_again() -> None:
    body = MessageBody(text="x", sent=(SentFile(kind=AttachmentKind.PICTURE, name="a.png"),))
    assert MessageBody.model_validate(body.to_json()) == body
