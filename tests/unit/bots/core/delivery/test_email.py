"""Letters: through a mail server, or into the log of who tries things out."""

import socket

import pytest
from fakes.smtp_server import SmtpServer
from pydantic import ValidationError
from structlog.testing import capture_logs

from bots.core.delivery.email import (
    Email,
    EmailNotSent,
    LoggingEmailSender,
    SmtpSender,
    build_code_email,
    email_sender_for,
)
from bots.locales import LANGUAGES
from models.settings import Settings

URL = "smtps://films%40rabisco.test:s%2Fcret@mail.rabisco.test/?from=hello@rabisco.test"


def settings(**values: str) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg, arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_arrives_with_its_code_in_the_persons_language(language: str) -> None:
    with SmtpServer() as server:
        SmtpSender.from_url(server.url).send(build_code_email(language, "ana@example.com", "012345"))
    (mail,) = server.emails
    assert (mail.sender, mail.recipients) == ("films@rabisco.test", ["ana@example.com"])
    assert mail.message["Subject"].startswith("012345")
    assert mail.message["To"] == "ana@example.com"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert "012345" in mail.text
    assert " 10 min" in mail.text


def test_letters_differ_from_language_to_language() -> None:
    assert len({build_code_email(language, "a@b.de", "1").text for language in LANGUAGES}) == 3


def test_name_and_password_are_shown_to_the_server() -> None:
    with SmtpServer() as server:
        url = server.url.replace("//", "//films%40rabisco.test:s%2Fcret@")
        SmtpSender.from_url(url).send(Email("ana@example.com", "Hello", "Hello\n"))
    assert server.logins == [("films@rabisco.test", "s/cret")]


def test_a_password_is_not_sent_in_the_clear_to_another_machine() -> None:
    with SmtpServer() as server:
        far = SmtpSender("127.1", server.port, "films@rabisco.test", user="films", password="secret")
        with pytest.raises(EmailNotSent):
            far.send(Email("ana@example.com", "Hello", "Hello\n"))
    assert server.logins == []
    assert server.emails == []


def test_what_a_server_refuses_is_told_without_the_address() -> None:
    with SmtpServer(rejection="550 no such box: ana@example.com") as server, pytest.raises(EmailNotSent) as refused:
        SmtpSender.from_url(server.url).send(Email("ana@example.com", "Hello", "Hello\n"))
    assert "ana" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        letters = SmtpSender.from_url(f"smtp://127.0.0.1:{unused.getsockname()[1]}/?from=films@rabisco.test")
        with pytest.raises(EmailNotSent, match="ConnectionRefusedError"):
            letters.send(Email("ana@example.com", "Hello", "Hello\n"))


@pytest.mark.parametrize("hostile", ["ana@example.com\r\nBcc: x@y.zz", "ana@example.com\nSubject: you won"])
def test_nothing_can_be_slipped_into_the_head_of_a_letter(hostile: str) -> None:
    with SmtpServer() as server, pytest.raises(EmailNotSent):
        SmtpSender.from_url(server.url).send(Email(hostile, "Hello", "Hello\n"))
    assert server.emails == []


def test_the_address_of_a_mail_server_says_everything() -> None:
    smtp = SmtpSender.from_url(URL)
    assert (smtp.host, smtp.port, smtp.is_encrypted) == ("mail.rabisco.test", 465, True)
    assert (smtp.user, smtp.password, smtp.sender) == ("films@rabisco.test", "s/cret", "hello@rabisco.test")
    assert "s/cret" not in repr(smtp)
    assert SmtpSender.from_url("smtp://me@x.test:p@mail.test".replace("me@", "me%40")).port == 587


def test_without_a_mail_server_codes_are_in_the_log_of_a_local_machine_only() -> None:
    letters = email_sender_for(settings())
    assert isinstance(letters, LoggingEmailSender)
    with capture_logs() as logs:
        letters.send(build_code_email("en", "ana@example.com", "012345"))
    assert "012345" in str(logs)
    assert email_sender_for(settings(mode="production")) is None
    assert isinstance(email_sender_for(settings(mode="production", smtp_url=URL)), SmtpSender)


@pytest.mark.parametrize(
    "url", ["mail.test", "http://mail.test", "smtp://:p@mail.test:99999/?from=a@b.de", "smtp://s3cret:s3cret@mail.test"]
)
def test_a_wrong_address_of_a_mail_server_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValidationError, match="SMTP_URL takes") as refused:
        settings(smtp_url=url)
    assert "s3cret" not in str(refused.value)


def test_who_gets_a_letter_and_what_is_in_it_is_not_in_its_name() -> None:
    assert repr(build_code_email("en", "ana@example.com", "012345")) == "Email()"
