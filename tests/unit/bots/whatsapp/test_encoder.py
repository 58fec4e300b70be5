"""Building messages: what the golden files cannot show."""

import io

import pytest
from golden.whatsapp.shapes import CHAT, outbound
from PIL import Image

from bots.whatsapp import encoder
from bots.whatsapp.quotes import MAX_QUOTED_CHARACTERS, MessageQuote


def test_one_upload_goes_to_many_with_words_of_their_own() -> None:
    film = outbound()["film-without-words"]
    before = film.SerializeToString()
    first, second = encoder.add_caption(film, "for Ana", MessageQuote("a", CHAT)), encoder.add_caption(film, "for Bia")
    assert (first.videoMessage.caption, second.videoMessage.caption) == ("for Ana", "for Bia")
    assert not second.videoMessage.HasField("contextInfo")
    assert film.SerializeToString() == before


@pytest.mark.parametrize("message", outbound().values(), ids=outbound())
def test_nothing_we_send_mentions_anybody_or_has_a_preview(message: object) -> None:
    assert "mentionedJID" not in str(message)
    assert "matchedText" not in str(message)


def test_a_film_is_never_told_to_last_no_time() -> None:
    film = outbound()["film"].videoMessage
    assert (film.seconds, film.width, film.height, film.mimetype) == (10, 1280, 720, "video/mp4")


def test_long_texts_are_cut_at_a_space_and_short_ones_are_not() -> None:
    assert encoder.truncate_text("short", 100) == "short"
    assert encoder.truncate_text("word " * 30, 50) == "word word word word word word word word word…"
    assert len(encoder.truncate_text("x" * 200, 50)) == 50


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_the_size_of_a_picture_is_read_from_it(file_format: str) -> None:
    buffer = io.BytesIO()
    Image.new("L", (41, 17)).save(buffer, file_format)
    assert encoder.read_picture_size(buffer.getvalue()) == (41, 17)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff" * 20, b"\xff\xd8\xff\xe0\0\0"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="PNG"):
        encoder.read_picture_size(content)


@pytest.mark.parametrize(
    "quote",
    [
        MessageQuote("3EB0", CHAT),
        MessageQuote("3EB0", CHAT, "imageMessage", "my cat"),
        MessageQuote("3EB0", "1@g.us", "conversation", "several words of a person"),
    ],
)
def test_a_quote_survives_the_outbox(quote: MessageQuote) -> None:
    assert MessageQuote.parse(str(quote)) == quote


def test_what_is_quoted_is_short() -> None:
    quote = MessageQuote.parse(str(MessageQuote("3EB0", CHAT, "conversation", "x" * 5000)))
    assert quote is not None
    assert len(quote.text) == MAX_QUOTED_CHARACTERS


@pytest.mark.parametrize("text", [None, "", "u1", "a b c d", "only two@words"])
def test_what_is_no_quote_quotes_nothing(text: str | None) -> None:
    assert MessageQuote.parse(text) is None
