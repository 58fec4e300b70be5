from contextlib import suppress

import pytest

from models.errors import ErrorCode, RequestRejected
from pipeline.speech.subtitles.encoding import decode_text

TEXTS = {
    "pt": "Olá, coração! Não é só ação, é amanhã de manhã.",
    "es": "¿Dónde está el niño? Mañana será otro día.",
    "fr": "Où êtes-vous ? Ça va très bien, l’été arrive.",
    "de": "Über die Straße gehen wir schön spät.",
    "en": "Don’t “do” it… the café is naïve",
    "pl": "Cześć, jak się masz? Źle śpię, żółw",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "hu": "Nem tudom, hogy őrült vagy-e, és ez így jó",
    "ro": "Să nu uiţi că şi mâine este o zi",
    "tr": "Günaydın, bugün nasılsın? Şimdi çığ düşüyor",
    "lt": "Aš žinau, kad jūs ateisite rytoj į miestą",
    "ru": "Привет, как дела сегодня",
    "uk": "Привіт, як справи сьогодні, друже мій",
    "bg": "Здравей, как си днес, приятелю мой",
    "el": "Καλημέρα, τι κάνεις σήμερα",
    "he": "שלום, מה שלומך היום",
    "ar": "مرحبا كيف حالك اليوم",
    "th": "สวัสดีครับ วันนี้เป็นอย่างไร",
    "ja": "おはようございます。今日は元気ですか",
    "zh": "你好，今天天气怎么样",
    "zh-Hant": "你好，今天天氣怎麼樣",
    "ko": "안녕하세요 오늘 어떠세요",
}
CODE_PAGES = [
    ("pt", "cp1252"), ("es", "cp1252"), ("fr", "cp1252"), ("de", "cp1252"), ("en", "cp1252"), ("pl", "cp1250"),
    ("pl", "iso8859_2"), ("cs", "cp1250"), ("hu", "cp1250"), ("ro", "cp1250"), ("tr", "cp1254"), ("lt", "cp1257"),
    ("ru", "cp1251"), ("ru", "koi8_r"), ("ru", "cp866"), ("uk", "cp1251"), ("bg", "cp1251"), ("el", "cp1253"),
    ("he", "cp1255"), ("ar", "cp1256"), ("th", "cp874"), ("ja", "cp932"), ("ja", "euc_jp"), ("zh", "gb18030"),
    ("zh-Hant", "big5"), ("ko", "cp949"), ("pt", "cp850"), ("es", "mac_roman"), ("de", "cp850"), ("cs", "cp852"),
    ("bg", "koi8_r"), ("ru", "mac_cyrillic"), ("he", "iso8859_8"), ("he", "cp862"), ("ar", "iso8859_6"),
    ("el", "iso8859_7"), ("ja", "iso2022_jp"), ("ko", "iso2022_kr"), ("zh", "hz"),
]  # fmt: skip


def build_srt(text: str) -> str:
    return f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n\n"


@pytest.mark.parametrize(("language", "encoding"), CODE_PAGES)
def test_the_code_page_of_a_single_sentence_is_found(language: str, encoding: str) -> None:
    text = build_srt(TEXTS[language])
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_with_and_without_a_byte_order_mark(language: str, encoding: str) -> None:
    text = build_srt(f"so she said: {TEXTS[language]}")
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize("damage", [b"\xc3", b"\xff", b"\xe2\x80", b"\x93"])
def test_utf8_with_a_bad_byte_stays_utf8(damage: bytes) -> None:
    text = build_srt(TEXTS["pt"])
    middle = text.encode().index("ação".encode())
    data = text.encode()[:middle] + damage + text.encode()[middle:]
    assert decode_text(data) == text


def test_utf8_that_was_encoded_twice_is_repaired() -> None:
    text = build_srt("É você, não é? À noite, Íris")
    assert decode_text(text.encode().decode("latin-1").encode()) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Jag är här på ön", "cp437"), ("Perché non è così?", "cp437"), ("שלום לכם ילדים טובים", "cp1255"),
        ("שלום לכם ילדים טובים", "cp862"), ("Привет, я не знаю, что делать", "koi8_r"), ("Nu ştiu dacă aşa", "cp852"),
        ("Gdzie są moje książki? Nie wiem", "iso8859_2"), ("Wir wissen nicht, wo der Fluß ist", "cp850"),
    ],
)  # fmt: skip
def test_a_short_line_never_gets_the_letters_of_another_code_page(text: str, encoding: str) -> None:
    with suppress(RequestRejected):
        assert decode_text(build_srt(text).encode(encoding)) == build_srt(text)


def test_escapes_of_a_terminal_are_no_text() -> None:
    with pytest.raises(RequestRejected):
        decode_text(build_srt("\x1b$Bnot Japanese").encode())


def test_what_no_language_is_written_like_is_refused() -> None:
    for data in (b"\x00\x01\x02binary\x00", bytes(range(128, 256)) * 4, b"\xff\xfe\x00", b"\xfe\xff\xd8\x00"):
        with pytest.raises(RequestRejected) as refusal:
            decode_text(data)
        assert refusal.value.code is ErrorCode.SUBTITLES_UNREADABLE


def test_the_language_of_the_request_decides_between_two_possible_ones() -> None:
    data = build_srt("lã").encode("cp1252")
    assert "lã" in decode_text(data)
    assert "lă" in decode_text(data, "ro")
