"""Every process by itself, as in production: Telegram, the web server and a worker over Redis and PostgreSQL."""

import os
import threading
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from fakes.app_process import run_app
from fakes.databases import DatabaseFactory
from fakes.film_probe import probe_film
from fakes.redis_server import RedisServer
from fakes.simulated_users import SimulatedTelegramUser, create_photograph
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app


def test_a_process_without_workers_looks_after_its_disk(tmp_path: Path) -> None:
    left = tmp_path / "data" / "passing" / "left"
    left.mkdir(parents=True)
    long_ago = time.time() - 2 * 86400
    os.utime(left, (long_ago, long_ago))
    with run_app(tmp_path, {"SWEEP_SECONDS": "0.1"}, ["web", "--port", "0"]) as web:
        web.wait_for_address()
        deadline = time.monotonic() + 20
        while left.exists() and time.monotonic() < deadline:
            threading.Event().wait(0.05)
        assert not left.exists()


def test_a_picture_becomes_a_film_through_processes_that_share_only_services(
    tmp_path: Path, databases: DatabaseFactory, redis_server: RedisServer
) -> None:
    fake = FakeTelegram()
    with ExitStack() as stack:
        settings = {
            "DATABASE_URL": databases.get_url("postgresql"),
            "REDIS_URL": redis_server.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": stack.enter_context(serve_app(fake.app)),
        }
        worker = stack.enter_context(run_app(tmp_path, settings, ["worker"]))
        telegram = stack.enter_context(run_app(tmp_path, settings, ["telegram"]))
        web = stack.enter_context(run_app(tmp_path, {**settings, "MODE": "production"}, ["web", "--port", "0"]))
        worker.wait_for_output("workers are ready")
        telegram.wait_for_output("Telegram: ")

        visitor = SimulatedTelegramUser(fake.get_person(4711, language_code="es"), fake.wait_until)
        visitor.send_pictures(create_photograph())
        assert probe_film(visitor.save_film(1, tmp_path / "film.mp4")).frames == 300
        visitor.wait_for_text("Aquí está tu dibujo")

        with urllib.request.urlopen(f"{web.wait_for_address()}/metrics", timeout=10) as answer:
            assert 'rabisco_jobs_total{kind="sketch",outcome="done"} 1.0' in answer.read().decode()
