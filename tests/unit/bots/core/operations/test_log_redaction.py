"""Nothing that looks like a secret or somebody's address comes into a log."""

import pytest

from bots.core.operations.log_redaction import Redactor

SCRUB = Redactor.from_secrets(["a long password", "a long password of the server", "short"])


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("refused: a long password", "refused: …"),
        ("with a long password of the server", "with …"),
        ("a short word stays", "a short word stays"),
        ("https://api.telegram.org/bot123456789:AAabcdefghijklmnopqrstuvwxyz_0123456/getMe", "https://api.telegram.org/bot…/getMe"),
        ("key sk_test_51Habcdefgh", "key …"),
        ("whsec_abcdefgh12345 and rk_live_abcdefgh", "… and …"),
        ("gsk_abcdefgh12345678", "…"),
        ("postgresql://rabisco:hunter2@db/rabisco", "postgresql://…@db/rabisco"),
        ("redis://:hunter2@redis:6379/0", "redis://…@redis:6379/0"),
        ("Authorization: Bearer abc.def-1", "Authorization: …"),
        ("sent to ana.silva+x@example.com.br", "sent to …"),
        ("from 5511987654321:7@s.whatsapp.net", "from …"),
        ("chat -1001234567890 moved to 42", "chat -1001234567890 moved to 42"),
        ("12:30:45 at 10.0.0.1:8000", "12:30:45 at 10.0.0.1:8000"),
        ("0b7e1a52-9c1c-4c0d-8f3f-000000000000", "0b7e1a52-9c1c-4c0d-8f3f-000000000000"),
    ],
)  # fmt: skip
def test_what_must_not_be_read_is_hidden_and_the_rest_stays(said: str, written: str) -> None:
    assert SCRUB.redact_text(said) == written


def test_values_within_values_are_scrubbed_and_numbers_stay_numbers() -> None:
    event = {
        "seconds": 1.5,
        "ok": True,
        "tried": ["sk_test_abcdefgh", 3],
        "about": {"to": "ana@example.com"},
        "none": None,
    }
    assert SCRUB.redact(event) == {"seconds": 1.5, "ok": True, "tried": ["…", 3], "about": {"to": "…"}, "none": None}


def test_what_is_no_text_is_scrubbed_as_it_would_be_written() -> None:
    assert SCRUB.redact(ConnectionError("to ana@example.com")) == "to …"


def test_its_own_secrets_are_not_shown() -> None:
    assert "password" not in repr(SCRUB)
