"""Two page processes and a worker that share nothing but PostgreSQL, Redis and a bucket, as on three machines."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fakes.app_process import WAIT_SECONDS, AppProcess, fork_app, write_catalogue
from fakes.databases import DatabaseFactory
from fakes.film_probe import probe_film
from fakes.page_balancer import BalancedBrowser, open_balanced_browser
from fakes.redis_server import RedisServer
from fakes.s3_bucket import S3Bucket, create_bucket, serve_s3
from fakes.simulated_users import create_photograph
from fakes.smtp_server import SmtpServer
from fakes.world.web import PUBLIC_URL, request_code, submit_code
from sqlmodel import select

from models.media.files import StoredFile
from storage.db import Database
from storage.media.s3 import S3MediaStore

ADDRESS = "ana@example.com"
FILM_SECONDS = 120.0  # to draw one, after the lease of what a dead process had in hand


@dataclass
class Hosts:
    """Processes by name, each with a data folder of its own."""

    folder: Path
    settings: Mapping[str, str]
    mail_server: SmtpServer
    bucket: S3Bucket
    processes: dict[str, AppProcess]

    def start(self, name: str, *command: str, **settings: str) -> AppProcess:
        folder = self.folder / name
        folder.mkdir()
        self.processes[name] = fork_app(folder, {**self.settings, **settings}, command)
        return self.processes[name]

    def address_of(self, name: str) -> str:
        return self.processes[name].wait_for_address()

    def kill(self, name: str) -> None:
        """Kill a process without warning, as the failure of its machine would."""
        process = self.processes.pop(name).process
        process.kill()
        process.wait(WAIT_SECONDS)

    def list_stored_keys(self) -> set[str]:
        db = Database(self.settings["DATABASE_URL"])
        with db.read_transaction() as session:
            keys = set(session.exec(select(StoredFile.key)))
        db.close()
        return keys


@pytest.fixture
def hosts(tmp_path: Path, databases: DatabaseFactory, redis_server: RedisServer) -> Iterator[Hosts]:
    with ExitStack() as stack:
        endpoint, mail_server = stack.enter_context(serve_s3()), stack.enter_context(SmtpServer())
        client = S3MediaStore.open(S3Bucket(endpoint, "any-bucket", None).build_settings(tmp_path)).client
        bucket = create_bucket(endpoint, client)
        settings = {
            "DATABASE_URL": databases.create_postgresql(),
            "REDIS_URL": redis_server.url,
            "MEDIA_URL": f"s3://{bucket.name}/films",
            "S3_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "MODE": "production",
            "PUBLIC_URL": PUBLIC_URL,
            "SMTP_URL": mail_server.url,
            "SECRET_KEY": "the same on every machine of this installation",
            "CATALOGUE": str(write_catalogue(tmp_path, 100)),
            "WORKERS": "1",
            "SWEEP_SECONDS": "1",
        }
        running = Hosts(tmp_path, settings, mail_server, bucket, {})
        try:
            yield running
        finally:
            for app in running.processes.values():
                app.process.kill()


async def sign_in(hosts: Hosts, browser: BalancedBrowser, *, asked_on: str, typed_on: str) -> None:
    await request_code(browser.go_to(hosts.address_of(asked_on)), ADDRESS)
    email = await asyncio.to_thread(hosts.mail_server.wait_for_email, ADDRESS)
    (code,) = re.findall(r"\b\d{6}\b", email.text)
    response = await submit_code(browser.go_to(hosts.address_of(typed_on)), ADDRESS, code)
    assert response.status_code == 303


async def wait_for_film(browser: BalancedBrowser) -> dict[str, Any]:
    async with asyncio.timeout(FILM_SECONDS):
        version = 0
        while True:
            changes = await browser.fetch_messages(version, 10)
            for message in changes["messages"]:
                if message["film"]:
                    return dict(message["film"])
            version = changes["version"]


async def test_what_was_begun_on_one_page_goes_on_on_another_though_the_first_dies(hosts: Hosts) -> None:
    for name in ("one", "two"):
        hosts.start(name, "web", "--port", "0")
    hosts.start("worker", "worker").wait_for_output("workers are ready")
    async with open_balanced_browser(PUBLIC_URL) as browser:
        await sign_in(hosts, browser, asked_on="one", typed_on="two")

        before = (await browser.fetch_messages())["version"]
        reading = asyncio.create_task(browser.fetch_messages(before, 20))  # waits on the second page
        await asyncio.sleep(0)
        assert (await browser.go_to(hosts.address_of("one")).send("/balance")).status_code == 202
        async with asyncio.timeout(10):
            assert (await reading)["messages"]

        picture = ("gato.png", create_photograph(), "image/png")
        assert (await browser.send(files=[picture])).status_code == 202
        hosts.kill("one")

        film = await wait_for_film(browser.go_to(hosts.address_of("two")))
        response = await browser.http.get(film["url"])
        assert response.status_code == 200
        path = hosts.folder / "film.mp4"
        path.write_bytes(response.content)
        assert probe_film(path).frames == 300
    assert hosts.list_stored_keys() == {key.removeprefix("films/") for key in hosts.bucket.list_keys()}


def test_a_page_with_another_secret_key_does_not_start(hosts: Hosts) -> None:
    hosts.start("one", "web", "--port", "0").wait_for_address()
    other = hosts.start("two", "web", "--port", "0", SECRET_KEY="a key of this machine alone, and of no other one")
    assert other.process.wait(WAIT_SECONDS) == 2
    assert "error: USAGE: this database is used with another SECRET_KEY" in "".join(other.output)
