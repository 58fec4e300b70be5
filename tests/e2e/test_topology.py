"""The whole of docker/compose.yml on one machine: web, Telegram, WhatsApp, two workers, Redis and PostgreSQL, each a
process of its own, under a short load."""

import re
import urllib.request
from pathlib import Path

from fakes.databases import DatabaseFactory
from fakes.film_probe import probe_film
from fakes.redis_server import RedisServer
from fakes.simulated_users import SimulatedTelegramUser, create_photograph
from fakes.telegram_api import TelegramPerson
from fakes.topology import ServiceTopology, run_topology
from fakes.whatsapp.simulated_user import SimulatedWhatsAppUser
from sqlmodel import select

from models.jobs.job import Job, JobStatus
from models.messaging.deliveries import Delivery
from tools.load.errands import errands, mixture

CROWD = 4  # people in Telegram, who send at once
LIGHT = (0, 2)  # of the load's mixture: the smallest picture and the shortest video
LONG = 240.0  # seconds for all of it


def films(person: TelegramPerson) -> list[str]:
    return [each.kind for each in person.chat.messages if each.kind in {"video", "animation"}]


def figures(place: ServiceTopology) -> dict[str, float]:
    """What /metrics says, by the names and labels of the lines."""
    with urllib.request.urlopen(f"{place.processes['web'].wait_for_address()}/metrics", timeout=20) as answer:
        lines = [line for line in answer.read().decode().splitlines() if line and line[0] != "#"]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_everybody_on_every_messenger_gets_their_film_though_a_worker_is_killed(
    tmp_path: Path, databases: DatabaseFactory, redis_server: RedisServer
) -> None:
    of = mixture()
    with run_topology(tmp_path, databases, redis_server) as place:
        for name in ("worker-1", "worker-2"):
            place.processes[name].wait_for_output("workers are ready")
        place.processes["telegram"].wait_for_output("Telegram: ")
        place.whatsapp.wait_until_online()

        writer = SimulatedWhatsAppUser(place.whatsapp.fake.get_person("14155550199", phone=place.whatsapp.phone))
        writer.send_pictures(create_photograph())
        painter = place.telegram.get_person(5000, "es")  # errands begin with a picture
        crowd = [painter, *(place.telegram.get_person(5000 + number) for number in range(1, CROWD))]
        for person, errand in zip(crowd, errands([of[number] for number in LIGHT], CROWD), strict=True):
            person.send_content(errand.message(place.telegram.files))
        place.telegram.wait_until(lambda: any(films(person) for person in crowd), LONG)
        place.kill_service("worker-1")

        place.telegram.wait_until(lambda: all(films(person) for person in crowd), LONG)
        assert probe_film(writer.save_film(1, tmp_path / "film.mp4")).frames == 300
        assert [len(films(person)) for person in crowd] == [1] * CROWD
        drawn = SimulatedTelegramUser(painter, place.telegram.wait_until)
        assert probe_film(drawn.save_film(1, tmp_path / "drawn.mp4")).frames == 300
        drawn.wait_for_text("Aquí está tu dibujo")
        assert len(writer.list_films()) == 1
        found = figures(place)
        made = sum(value for name, value in found.items() if re.match(r"rabisco_jobs_total\{.*outcome=\"done\"", name))
        assert made == CROWD + 1
        assert place.list_beacons() == ["telegram", "web", "whatsapp", "worker-1", "worker-2"]
        with place.whatsapp.db.read_transaction() as session:
            assert set(session.exec(select(Job.status))) == {JobStatus.DONE}
            assert "pending" not in set(session.exec(select(Delivery.status)))
