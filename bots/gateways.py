"""The composition roots of WhatsApp: the supervisor, and the gateway processes it runs.

A gateway is a process that calls `main` here; its argument is the end of a pipe its supervisor listens to. It alone
loads the library.
"""

import asyncio
import contextlib
import faulthandler
import os
import signal
import sys
import threading
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from bots.core import logs
from bots.core.desk import Desk
from bots.core.errands import journal
from bots.house import LINKS, Chats, House, chats_of, locks
from bots.web.links import Links, expiry
from bots.whatsapp.line import Line
from bots.whatsapp.pipe import Report, SupervisorsQueue, listen
from bots.whatsapp.supervisor import Supervisor
from bots.whatsapp.terminal import Announcer
from models.people import MAIN, Account
from models.settings import Settings
from pipeline.queue import broker_for
from storage import people, whatsapp
from storage.whatsapp_backups import Backups, NumberKeys
from storage.whatsapp_keys import Folder, KeyStore, key_store_at

if TYPE_CHECKING:
    from bots.whatsapp.gateway import Gateway
    from bots.whatsapp.session import Session

log = structlog.get_logger(__name__)

FILM_NAME, FILM_MIME = "rabisco.mp4", "video/mp4"
THREADS = 64  # each connection keeps one for as long as it lasts, and each call of the library takes one
LAST_GRACE = 20.0  # seconds a gateway whose supervisor is gone may take to end
# The library would mark every message to a person as a business bot's.
ENVIRONMENT = {"NEONIZE_BOT_TAG": "off"}
# All that is loaded stays, so garbage is not looked for in it: a fifth sooner back after it was killed.
START = (
    "import gc; gc.disable(); import bots.gateways as process, bots.whatsapp.gateway, bots.whatsapp.service;"
    " gc.freeze(); gc.enable(); process.main()"
)


def supervisor(house: House, echo: Callable[[str], None], language: str) -> Supervisor:
    """Who runs the gateways of this machine. `echo` shows codes and news to whoever sits at the terminal."""
    settings = house.settings
    return Supervisor(
        db=house.db,
        keys=key_store(settings),
        backups=backups(house),
        locks=locks(settings),
        launch=launch,
        wake=house.pipeline.wake,
        announcer=Announcer(echo, language),
    )


def key_store(settings: Settings) -> KeyStore:
    return key_store_at(settings.sessions)


def backups(house: House) -> Backups | None:
    """The backups of numbers' keys; PostgreSQL's are backed up with its database."""
    keys = key_store(house.settings)
    return Backups(keys, house.secret, house.db.clock) if isinstance(keys, Folder) else None


def ask_pairing(house: House, phone: str | None = None) -> None:
    """Have a code shown in the terminal, for a number that is new."""
    with house.db.transaction() as session:
        tenant_id, now = people.tenant_named(session, MAIN).id, house.db.clock()
        row = whatsapp.unpaired(session, tenant_id) or whatsapp.begin(session, tenant_id, now)
        whatsapp.ask_pairing(row, now, phone=phone)


def is_unpaired(house: House) -> bool:
    """Whether there is no number yet that was ever paired."""
    with house.db.reading() as session:
        return not any(each.row.jid for each in whatsapp.listed(session))


async def launch(pipe: int) -> Process:
    """Start a gateway in a group of its own, so that Ctrl-C is the supervisor's alone, and it can be ended whole."""
    command = [sys.executable, "-c", START, str(pipe)]
    environment = {**os.environ, **ENVIRONMENT}
    return await create_subprocess_exec(*command, stdin=PIPE, pass_fds=(pipe,), start_new_session=True, env=environment)


def main() -> None:
    """A gateway process."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    settings = Settings()
    logs.begin(settings)
    asyncio.run(_gateway_to_the_end(settings, Report(int(sys.argv[1]))))


async def _gateway_to_the_end(settings: Settings, report: Report) -> None:
    """Never returns: a loop that ends cancels its tasks, which the library answers with a call that may hang, and its
    threads would keep the interpreter from ending."""
    status = 1
    try:
        status = await _gateway(settings, report)
    except Exception:
        log.exception("gateway-failed")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


async def _gateway(settings: Settings, report: Report) -> int:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS))
    queue = None if settings.redis_url else SupervisorsQueue(broker_for(""), report)
    house = await asyncio.to_thread(House.open, settings, queue)
    journal(house.db).start()
    chats = chats_of(house)
    gateway = gateway_of(chats, report)
    loop.add_signal_handler(signal.SIGTERM, gateway.end)
    listen(
        sys.stdin.fileno(),
        lambda numbers: _soon(loop, partial(gateway.assign, numbers)),
        partial(_orphaned, loop, gateway),
    )
    async with chats.delivering():
        await gateway.run()
    return await gateway.hang_up()


def gateway_of(chats: Chats, report: Report) -> "Gateway":
    """A gateway whose numbers answer as the other chats do."""
    from bots.whatsapp.gateway import Gateway

    settings = chats.house.settings
    keys = key_store(settings)
    return Gateway(chats.house.db, report, locks(settings), _sessions(chats, keys), keys.forget)


def _sessions(chats: Chats, keys: KeyStore) -> "Callable[[UUID], Session]":
    """What makes the session of a number, with the library or what stands in for it."""
    from bots.whatsapp.connection import Connection
    from bots.whatsapp.ffi import Clients, made_by
    from bots.whatsapp.record import Errand, Record
    from bots.whatsapp.service import NumberService
    from bots.whatsapp.session import Session

    house = chats.house
    ffi = house.settings.whatsapp_ffi
    clients = Clients(keys, made_by(ffi) if ffi else None)
    desks: dict[UUID, tuple[Desk, Line]] = {}
    link = _link(house)

    def serve(connection: Any, errand: Errand) -> NumberService:
        if errand.account.id not in desks:  # a second one would take over what is owed
            desks[errand.account.id] = _desk(chats, errand.account)
        desk, line = desks[errand.account.id]
        return NumberService(connection, errand, house.db, desk, line, link)

    def session_of(number: UUID) -> Session:
        return Session(
            record=Record(house.db, number),
            keys=NumberKeys(keys, number, backups(house)),
            connect=lambda: Connection(clients.make(number)),
            serve=serve,
        )

    return session_of


def _desk(chats: Chats, account: Account) -> "tuple[Desk, Line]":
    """The way in of a number, and its way out, which stay when its connection does not."""
    from bots.whatsapp.channel import OFFICIAL
    from bots.whatsapp.phones import owners

    line = Line(OFFICIAL)
    return chats.desk(account, line, owners=owners(chats.house.settings.admins), ways=LINKS), line


def _link(house: House) -> Callable[[str], str] | None:
    """What makes an address of a film, where there is a page its holder can reach."""
    page = house.settings.page_url
    if not page:
        return None
    links = Links(house.secret)

    def link(key: str) -> str:
        return f"{page.rstrip('/')}/media/{links.sign(key, FILM_NAME, FILM_MIME, expiry(house.db.clock()))}"

    return link


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # a loop that has ended
        loop.call_soon_threadsafe(call)


def _orphaned(loop: asyncio.AbstractEventLoop, gateway: "Gateway") -> None:
    """The supervisor is gone: end, by force where the loop does not. Whoever comes next must find the numbers free."""
    _soon(loop, gateway.end)
    threading.Event().wait(LAST_GRACE)
    os._exit(1)
