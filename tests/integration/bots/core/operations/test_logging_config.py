"""The log: JSON in production, one form for our lines and those of libraries, errors reported without words."""

import gzip
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import sentry_sdk
import structlog

from bots.core.operations import logging_config, sentry
from bots.core.operations.log_redaction import Redactor
from models.settings import Settings

SECRET = "the password of the mail server"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.basicConfig(level=logging.WARNING, force=True)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_is_json_with_its_time_level_and_request(capsys: pytest.CaptureFixture[str]) -> None:
    logging_config.configure("json", [SECRET])
    with structlog.contextvars.bound_contextvars(request="1a2b3c4d"):
        structlog.get_logger().info("update-handled", seconds=0.25, said=SECRET)
    (line,) = lines(capsys.readouterr().out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "update-handled", "level": "info", "request": "1a2b3c4d", "seconds": 0.25, "said": "…"}


def test_an_exceptions_trace_is_written_and_scrubbed(capsys: pytest.CaptureFixture[str]) -> None:
    logging_config.configure("json", [SECRET])
    try:
        int(SECRET)
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = lines(capsys.readouterr().out)
    assert "ValueError" in line["exception"]
    assert SECRET not in line["exception"]


def test_lines_of_libraries_look_the_same_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    logging_config.configure("json", [SECRET])
    logging.getLogger("a.library").info("chatter")
    logging.getLogger("a.library").warning("no answer from %s", f"smtp://me:{SECRET}@host")
    (line,) = lines(capsys.readouterr().err)
    assert (line["logger"], line["level"]) == ("a.library", "warning")
    assert SECRET not in line["event"]


def test_a_library_that_logs_addresses_with_keys_is_kept_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    logging_config.configure("json")
    logging.getLogger("httpx").info("GET https://api.telegram.org/bot1:x/getMe")
    assert capsys.readouterr().err == ""


def test_at_home_the_log_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    logging_config.configure("text")
    structlog.get_logger().info("update-handled", seconds=1)
    with pytest.raises(json.JSONDecodeError):
        json.loads(capsys.readouterr().out)


@pytest.fixture
def received() -> Iterator[tuple[str, list[str]]]:
    """A stand-in for Sentry's server: the DSN of a project, and the reports that came."""
    reports: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            reports.append((gzip.decompress(body) if self.headers.get("content-encoding") else body).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", reports
    sentry_sdk.get_client().close(timeout=0)
    sentry_sdk.init()
    server.shutdown()
    server.server_close()


def test_errors_are_reported_with_where_they_came_from_and_no_words(
    received: tuple[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    dsn, reports = received
    logging_config.configure("json", [SECRET], [sentry.configure_sentry(dsn, Redactor.from_secrets([SECRET]), "1.2.3")])
    log, words = structlog.get_logger(), "words of ana@example.com"
    log.info("nothing to report", said=words)
    try:
        int(words)
    except ValueError:
        log.exception("job-unexpected-error", job="1a2b3c4d", request="9f8e7d6c", said=words)
    log.error("child-crashed", code="CRASHED", trace=SECRET)
    sentry_sdk.flush(10)
    events = [json.loads(report.splitlines()[2]) for report in reports]
    assert [event["tags"]["event"] for event in events] == ["job-unexpected-error", "child-crashed"]
    first, second = events
    assert (first["tags"]["job"], first["tags"]["request"], second["tags"]["code"]) == (
        "1a2b3c4d",
        "9f8e7d6c",
        "CRASHED",
    )
    (error,) = first["exception"]["values"]
    assert (error["type"], error["value"]) == ("ValueError", "")
    assert (
        error["stacktrace"]["frames"][-1]["function"]
        == "test_errors_are_reported_with_where_they_came_from_and_no_words"
    )
    assert "vars" not in error["stacktrace"]["frames"][-1]
    assert first["release"] == "1.2.3"
    for report in reports:
        assert words not in report
        assert SECRET not in report
        assert "server_name" not in report
    assert len(lines(capsys.readouterr().out)) == 3


def test_without_a_dsn_its_library_is_not_even_loaded() -> None:
    code = "import sys; from bots.core.operations import logging_config; from models.settings import Settings; "
    code += "logging_config.configure_from_settings(Settings(_env_file=None)); print('sentry_sdk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={})
    assert done.stdout.strip() == "False"


def test_production_writes_json_unless_it_is_said_otherwise() -> None:
    def form(**given: Any) -> str:
        return Settings(_env_file=None, **given).effective_log_format

    production = {"mode": "production", "public_url": "https://films.example.com"}
    assert (form(), form(**production)) == ("text", "json")
    assert (form(log_format="json"), form(**production, log_format="text")) == ("json", "text")
