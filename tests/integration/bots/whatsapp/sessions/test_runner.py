"""One number's life over the fake below the library: paired, connected, lost, and standing still when it has to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import neonize.aioze.events
import pytest
from fakes.whatsapp import FakeGoLibrary, FakePhone, FakeWhatsApp, contents, events
from fakes.whatsapp.go_backend import GoBackend
from structlog.testing import capture_logs

from bots.whatsapp.sessions.client_factory import ClientFactory
from bots.whatsapp.sessions.connection import NeonizeConnection
from bots.whatsapp.sessions.events import ClientStuck
from bots.whatsapp.sessions.runner import SessionRunner
from bots.whatsapp.sessions.session_repository import Assignment, SessionRepository
from bots.whatsapp.sessions.timings import ConnectionTimings
from models.identity.people import MAIN_TENANT
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState, WhatsAppStateDetail
from models.retries import Backoff
from storage.db import Database
from storage.identity import people
from storage.messaging import whatsapp
from storage.messaging.whatsapp_backups import KeyBackups, SessionKeys
from storage.messaging.whatsapp_keys import FolderKeyStore

HASTY = ConnectionTimings(
    connect_timeout=0.3,
    codes_lifetime=0.4,
    poll_seconds=0.1,
    reconnect_timeout=0.3,
    backoff=Backoff(0.02, 0.05, jitter=0.25),
    max_renewals=2,
)
PATIENT = ConnectionTimings(backoff=Backoff(0.02, 0.05, jitter=0.25))
DNS = "failed to dial whatsapp web websocket: lookup web.whatsapp.com: no such host"


@dataclass
class Answering:
    """`bots.whatsapp.sessions.ports.Service` that remembers; `fails` lets it raise at the first message."""

    errand: Assignment
    taken: list[Any] = field(default_factory=list)
    begun: list[Assignment] = field(default_factory=list)
    ended: bool = False
    fails: bool = False

    async def handle_event(self, event: Any) -> None:
        if self.fails:
            self.fails = False
            raise RuntimeError("a bug of ours")
        self.taken.append(event)

    def start(self, errand: Assignment) -> None:
        self.begun.append(errand)

    async def finish(self) -> None:
        self.ended = True


@dataclass
class Bench:
    """One number of ours, the phone it belongs to, and everything between them."""

    fake: FakeWhatsApp
    phone: FakePhone
    db: Database
    folder: FolderKeyStore
    tempo: ConnectionTimings = PATIENT
    patience: float = 20.0
    services: list[Answering] = field(default_factory=list)
    sessions: list[SessionRunner] = field(default_factory=list)
    failing: bool = False
    row_id: Any = None
    task: asyncio.Task[None] | None = None

    def asked(self, **about: Any) -> None:
        """Somebody wants to pair it."""
        self.changes(lambda row: whatsapp.request_pairing(row, self.db.clock(), **about))

    def changes(self, change: Callable[[WhatsAppSession], None]) -> None:
        with self.db.transaction() as session:
            change(session.get_one(WhatsAppSession, self.row_id))

    @property
    def row(self) -> WhatsAppSession:
        with self.db.read_transaction() as session:
            return session.get_one(WhatsAppSession, self.row_id)

    def has_keys(self) -> None:
        """As it is after it was paired."""
        self.phone.device = f"{self.phone.number}:1@s.whatsapp.net"
        with self.db.transaction() as session:
            row = session.get_one(WhatsAppSession, self.row_id)
            assert whatsapp.complete_pairing(session, row, self.phone.device, None, self.db.clock())
            row.state = WhatsAppState.ONLINE
        self.folder.prepare(self.row_id)
        self.fake.session_files.add_device(self.folder.location_of(self.row_id), self.phone.device)

    def session(self) -> SessionRunner:
        clients = ClientFactory(self.folder, FakeGoLibrary(GoBackend(self.fake)))
        session = SessionRunner(
            SessionRepository(self.db, self.row_id),
            SessionKeys(self.folder, self.row_id, KeyBackups(self.folder, b"secret", self.db.clock)),
            lambda: NeonizeConnection(clients.create_client(self.row_id), self.patience),
            self._serve,
            self.tempo,
        )
        self.sessions.append(session)
        return session

    def _serve(self, _link: object, errand: Assignment) -> Answering:
        self.services.append(Answering(errand, fails=self.failing))
        return self.services[-1]

    def starts(self) -> asyncio.Task[None]:
        self.task = asyncio.create_task(self.session().run())
        return self.task

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait until something is so, ten seconds at most."""
        async with asyncio.timeout(10):
            while not await asyncio.to_thread(lambda: bool(holds())):  # noqa: ASYNC110 - a database rings no bell
                await asyncio.sleep(0.01)

    async def stands(self, state: WhatsAppState) -> None:
        await self.until(lambda: self.row.state == state)

    async def ends(self) -> None:
        assert self.task is not None
        async with asyncio.timeout(10):
            await self.task


@pytest.fixture
async def bench(tmp_path: Path, sqlite: Database) -> AsyncIterator[Bench]:
    neonize.aioze.events.event_global_loop = asyncio.get_running_loop()
    fake = FakeWhatsApp()
    bench = Bench(fake, fake.get_phone(), sqlite, FolderKeyStore.open_at(tmp_path / "whatsapp"))
    with sqlite.transaction() as session:
        bench.row_id = whatsapp.create_session(
            session, people.get_or_create_tenant(session, MAIN_TENANT).id, sqlite.clock()
        ).id
    yield bench
    for session in bench.sessions:
        session.stop()
    if bench.task is not None:
        await asyncio.wait([bench.task], timeout=5)
    assert fake.problems == []


async def test_a_code_is_shown_scanned_and_the_number_is_online(bench: Bench) -> None:
    bench.asked()
    bench.starts()
    await bench.stands(WhatsAppState.QR)
    assert bench.row.qr == bench.fake.connections[0].code
    assert bench.row.shown_until is not None
    bench.fake.rotate_codes()
    await bench.until(lambda: bench.row.qr == bench.fake.connections[0].code)
    await asyncio.to_thread(bench.phone.scan_code)
    await bench.stands(WhatsAppState.ONLINE)
    row = bench.row
    assert (row.phone_number, row.qr, row.pairing_asked_at) == (bench.phone.number, None, None)
    assert row.lid == f"{bench.phone.lid}:1@lid"
    assert row.first_online_at is not None
    (service,) = bench.services
    assert [errand.own_number for errand in service.begun] == [bench.phone.number]
    bench.sessions[0].stop()
    await bench.ends()
    assert service.ended
    assert bench.fake.connections[0].is_closed


async def test_a_number_with_keys_connects_without_a_code(bench: Bench) -> None:
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[0].begun)
    assert bench.row.state == WhatsAppState.ONLINE
    assert bench.fake.list_calls("PairPhone") == []
    assert bench.fake.connections[0].code == ""


async def test_a_code_to_be_typed_is_asked_for_once_a_code_to_be_scanned_is_there(bench: Bench) -> None:
    bench.asked(phone=bench.phone.number)
    bench.starts()
    await bench.until(lambda: bench.row.pair_code)
    assert bench.row.qr is None
    bench.fake.rotate_codes()
    await asyncio.to_thread(bench.phone.enter_code, bench.row.pair_code)
    await bench.stands(WhatsAppState.ONLINE)
    assert len(bench.fake.list_calls("PairPhone")) == 1


async def test_a_phone_whatsapp_gives_no_code_for_is_told_and_asked_no_more(bench: Bench) -> None:
    bench.fake.fail_calls("PairPhone", "info query returned status 429: rate-overlimit")
    bench.asked(phone=bench.phone.number)
    bench.starts()
    await bench.ends()
    assert (bench.row.state, bench.row.detail, bench.row.pairing_asked_at) == (
        WhatsAppState.NEW,
        WhatsAppStateDetail.REFUSED,
        None,
    )


async def test_a_scan_that_comes_to_nothing_is_told(bench: Bench) -> None:
    bench.asked()
    bench.starts()
    await asyncio.to_thread(bench.phone.refuse_pairing)
    await bench.ends()
    assert (bench.row.state, bench.row.detail) == (WhatsAppState.NEW, WhatsAppStateDetail.REFUSED)


async def test_codes_nobody_scans_are_renewed_some_times_and_then_no_more(bench: Bench) -> None:
    bench.tempo = replace(HASTY, codes_lifetime=0.1)
    bench.asked()
    bench.starts()
    await bench.ends()
    assert len(bench.fake.connections) == 1 + HASTY.max_renewals
    assert all(line.is_closed for line in bench.fake.connections)
    assert (bench.row.state, bench.row.detail, bench.row.qr) == (WhatsAppState.NEW, WhatsAppStateDetail.TIMEOUT, None)


async def test_messages_that_come_before_it_is_known_whose_they_are_are_kept(bench: Bench) -> None:
    bench.asked()
    bench.starts()
    await bench.stands(WhatsAppState.QR)
    bench.fake.get_person(phone=bench.phone).send_text("hello")  # it waits at WhatsApp, and comes with the connection
    await asyncio.to_thread(bench.phone.scan_code)
    await bench.until(lambda: bench.services and bench.services[0].taken)
    assert bench.services[0].taken[0].Message.conversation == "hello"


async def test_a_handler_that_fails_is_told_and_the_next_message_is_taken(
    bench: Bench,
) -> None:
    bench.failing = True
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[0].begun)
    person = bench.fake.get_person(phone=bench.phone)
    with capture_logs() as told:
        person.send_text("one")
        person.send_text("two")
        await bench.until(lambda: bench.services[0].taken)
    assert bench.services[0].taken[0].Message.conversation == "two"
    assert [entry["event"] for entry in told] == ["whatsapp-handler-failed"]
    assert bench.row.state == WhatsAppState.ONLINE


@pytest.mark.parametrize(
    ("happens", "state"),
    [
        (FakePhone.log_out, WhatsAppState.LOGGED_OUT),
        (FakePhone.replace_client, WhatsAppState.REPLACED),
        (FakePhone.ban, WhatsAppState.BANNED),
        (FakePhone.reject_as_outdated, WhatsAppState.OUTDATED),
    ],
)
async def test_what_ends_a_number_ends_its_session_and_nothing_tries_again(
    bench: Bench, happens: Callable[[FakePhone], None], state: WhatsAppState
) -> None:
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[0].begun)
    happens(bench.phone)
    await bench.ends()
    assert bench.row.state == state
    assert bench.services[0].ended
    assert (len(bench.fake.connections), bench.fake.connections[0].is_closed) == (1, True)
    if state is WhatsAppState.BANNED:
        assert bench.row.banned_until is not None
        assert (bench.row.banned_until - bench.db.clock()).total_seconds() == 3600
    if state is WhatsAppState.LOGGED_OUT:
        assert bench.fake.session_files.list_devices(bench.folder.location_of(bench.row_id)) == []


async def test_a_connection_that_breaks_is_restored_by_the_library(bench: Bench) -> None:
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[0].begun)
    bench.phone.go_offline()
    await bench.stands(WhatsAppState.RECONNECTING)
    bench.phone.come_back()
    await bench.stands(WhatsAppState.ONLINE)
    assert len(bench.fake.connections) == 1


async def test_a_connection_the_library_does_not_restore_is_made_anew(bench: Bench) -> None:
    bench.tempo = HASTY
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[0].begun)
    bench.phone.go_offline()
    await bench.until(lambda: len(bench.fake.connections) == 2 and bench.row.state == WhatsAppState.ONLINE)
    assert bench.fake.connections[0].is_closed


async def test_a_connection_that_ended_without_a_word_is_noticed_and_made_anew(bench: Bench) -> None:
    bench.tempo = HASTY
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[0].begun)
    with bench.fake.condition.modify():
        bench.fake.connections[0].is_connected = False
    await bench.until(lambda: len(bench.fake.connections) == 2 and bench.row.state == WhatsAppState.ONLINE)


async def test_without_a_name_server_it_is_tried_again_until_there_is_one(bench: Bench) -> None:
    bench.fake.fail_calls("Neonize", DNS, times=3)
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[-1].begun)
    assert len(bench.fake.list_calls("Neonize")) == 4
    assert (bench.row.state, bench.row.detail) == (WhatsAppState.ONLINE, "")


async def test_a_number_that_cannot_be_reached_while_it_is_paired_says_so_and_goes_on(bench: Bench) -> None:
    bench.fake.fail_calls("Neonize", DNS)
    bench.asked()
    bench.starts()
    await bench.stands(WhatsAppState.QR)
    assert len(bench.fake.list_calls("Neonize")) == 2


async def test_a_connection_that_never_answers_needs_the_end_of_the_process(bench: Bench) -> None:
    bench.tempo, bench.patience = replace(HASTY, connect_timeout=0.1), 0.1
    bench.has_keys()
    release = bench.fake.hold_call("Neonize")
    task = bench.starts()
    with pytest.raises(ClientStuck):
        await bench.ends()
    assert task.done()
    assert (bench.row.state, bench.row.detail) == (WhatsAppState.RECONNECTING, WhatsAppStateDetail.STUCK)
    release()  # the library's task goes on, uncancelled; let it come to its end
    await bench.until(lambda: bench.fake.connections)
    bench.fake.close_connection(bench.fake.connections[0])


async def test_a_connection_whose_end_hangs_needs_the_end_of_the_process(bench: Bench) -> None:
    bench.patience = 0.1
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[0].begun)
    release = bench.fake.hold_call("Stop")
    bench.sessions[0].stop()
    with pytest.raises(ClientStuck):
        await bench.ends()
    release()
    bench.fake.close_connection(bench.fake.connections[0])


async def test_damaged_keys_are_not_tried_but_told(bench: Bench) -> None:
    bench.has_keys()
    bench.folder.file_of(bench.row_id).write_bytes(b"not a database at all, and long enough to be read as one")
    bench.starts()
    await bench.ends()
    assert (bench.row.state, bench.row.detail) == (WhatsAppState.LOGGED_OUT, WhatsAppStateDetail.DAMAGED)
    assert bench.fake.list_calls("Neonize") == []


async def test_pairing_anew_uses_new_keys_and_keeps_a_backup_of_the_old(bench: Bench) -> None:
    bench.has_keys()
    bench.asked()
    bench.starts()
    await bench.stands(WhatsAppState.QR)
    backups = KeyBackups(bench.folder, b"secret", bench.db.clock)
    assert len(backups.list_for(bench.row_id)) == 1
    await asyncio.to_thread(bench.phone.scan_code)
    await bench.stands(WhatsAppState.ONLINE)


async def test_a_restart_connects_anew_at_once(bench: Bench) -> None:
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[0].begun)
    bench.sessions[0].restart()
    await bench.until(lambda: len(bench.services) == 2 and bench.services[1].begun)
    assert [line.is_closed for line in bench.fake.connections] == [True, False]
    assert bench.services[0].ended


async def test_asking_for_a_code_again_while_one_is_shown_begins_anew(bench: Bench) -> None:
    bench.asked()
    bench.starts()
    await bench.stands(WhatsAppState.QR)
    bench.asked(phone=bench.phone.number)
    bench.sessions[0].restart()
    await bench.until(lambda: bench.row.pair_code)
    assert len(bench.fake.connections) == 2


async def test_a_number_that_is_let_go_is_taken_off_the_phone(bench: Bench) -> None:
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[0].begun)
    bench.sessions[0].stop(log_out=True)
    await bench.ends()
    assert len(bench.fake.list_calls("Logout")) == 1
    assert bench.phone.device == ""


async def test_a_phone_that_is_connected_already_is_let_go_again(bench: Bench) -> None:
    with bench.db.transaction() as session:
        other = whatsapp.create_session(session, people.get_or_create_tenant(session, "bakery").id, bench.db.clock())
        assert whatsapp.complete_pairing(
            session, other, f"{bench.phone.number}:9@s.whatsapp.net", None, bench.db.clock()
        )
        other.state = WhatsAppState.ONLINE
    bench.asked()
    bench.starts()
    await asyncio.to_thread(bench.phone.scan_code)
    await bench.ends()
    assert (bench.row.state, bench.row.detail, bench.row.jid) == (WhatsAppState.NEW, WhatsAppStateDetail.TAKEN, None)
    assert len(bench.fake.list_calls("Logout")) == 1
    assert bench.services == []


async def test_what_is_sent_into_an_ended_connection_is_no_matter(bench: Bench) -> None:
    bench.has_keys()
    bench.starts()
    await bench.until(lambda: bench.services and bench.services[0].begun)
    line = bench.fake.connections[0]
    bench.sessions[0].restart()
    await bench.until(lambda: len(bench.services) == 2 and bench.services[1].begun)
    line.send_event(events.build_logged_out())  # late, from the connection before
    bench.fake.get_person(phone=bench.phone).send(contents.build_text("still here"))
    await bench.until(lambda: bench.services[1].taken)
    assert bench.row.state == WhatsAppState.ONLINE
