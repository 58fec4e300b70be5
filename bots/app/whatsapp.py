"""Composition roots of WhatsApp: the supervisor, and the gateway processes it runs.

A gateway is a process that calls `main` here; its argument is the write end of a pipe its supervisor reads. Only
gateways load the WhatsApp library.
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

from bots.app.base import LINK_PROVIDERS, App, ChannelRuntime, channel_runtime_for, lock_folder_for
from bots.core.operations import logging_config
from bots.core.operations.background_tasks import build_error_log_scheduler
from bots.core.update_handler import UpdateHandler
from bots.web.links import MediaLinkSigner, expiry_for
from bots.whatsapp.processes.ipc import SupervisorPipe, SupervisorQueue, start_listener
from bots.whatsapp.processes.supervisor import GatewaySupervisor
from bots.whatsapp.processes.terminal import TerminalReporter
from bots.whatsapp.sessions.channel_proxy import ChannelProxy
from models.identity.people import MAIN_TENANT, Account
from models.settings import Settings
from pipeline import broker_for
from storage.identity import people
from storage.messaging import whatsapp
from storage.messaging.whatsapp_backups import KeyBackups, SessionKeys
from storage.messaging.whatsapp_keys import FolderKeyStore, KeyStore, open_key_store

if TYPE_CHECKING:
    from bots.whatsapp.processes.gateway import SessionGateway
    from bots.whatsapp.sessions.runner import SessionRunner

log = structlog.get_logger(__name__)

FILM_NAME, FILM_MIME = "rabisco.mp4", "video/mp4"
MAX_THREADS = 64  # each connection keeps one for as long as it lasts, and each call of the library takes one more
ORPHAN_GRACE_SECONDS = 20.0  # seconds a gateway may take to exit after its supervisor has died
# Otherwise the library marks every message to a user as a business bot's.
GATEWAY_ENVIRONMENT = {"NEONIZE_BOT_TAG": "off"}
# Loaded modules stay for good, so they are frozen out of garbage collection: a restart takes a fifth less time.
GATEWAY_SCRIPT = (
    "import gc; gc.disable(); import bots.app.whatsapp as process;"
    " import bots.whatsapp.processes.gateway, bots.whatsapp.sessions.responder;"
    " gc.freeze(); gc.enable(); process.main()"
)


def build_supervisor(app: App, echo: Callable[[str], None], language: str) -> GatewaySupervisor:
    """Supervisor of this machine's gateways. `echo` prints pairing codes and state changes on the terminal."""
    settings = app.settings
    return GatewaySupervisor(
        db=app.db,
        key_store=key_store_for(settings),
        backups=key_backups_for(app),
        lock_folder=lock_folder_for(settings),
        launch=launch_gateway,
        wake=app.pipeline.wake_worker,
        reporter=TerminalReporter(echo, language),
    )


def key_store_for(settings: Settings) -> KeyStore:
    return open_key_store(settings.session_location)


def key_backups_for(app: App) -> KeyBackups | None:
    """Backups of the numbers' keys; None for PostgreSQL, whose keys are backed up with the database."""
    keys = key_store_for(app.settings)
    return KeyBackups(keys, app.secret, app.db.clock) if isinstance(keys, FolderKeyStore) else None


def request_pairing(app: App, phone: str | None = None) -> None:
    """Request a pairing code on the terminal, for a new number."""
    with app.db.transaction() as session:
        tenant_id, now = people.get_or_create_tenant(session, MAIN_TENANT).id, app.db.clock()
        row = whatsapp.find_unpaired(session, tenant_id) or whatsapp.create_session(session, tenant_id, now)
        whatsapp.request_pairing(row, now, phone=phone)


def is_unpaired(app: App) -> bool:
    """Whether no number has ever been paired."""
    with app.db.read_transaction() as session:
        return not any(each.row.jid for each in whatsapp.list_sessions(session))


async def launch_gateway(pipe: int) -> Process:
    """Start a gateway in its own process group, so that Ctrl-C reaches the supervisor alone and the group can be
    killed whole.
    """
    command = [sys.executable, "-c", GATEWAY_SCRIPT, str(pipe)]
    environment = {**os.environ, **GATEWAY_ENVIRONMENT}
    return await create_subprocess_exec(*command, stdin=PIPE, pass_fds=(pipe,), start_new_session=True, env=environment)


def main() -> None:
    """Entry point of a gateway process."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    settings = Settings()
    logging_config.configure_from_settings(settings)
    asyncio.run(_run_until_exit(settings, SupervisorPipe(int(sys.argv[1]))))


async def _run_until_exit(settings: Settings, report: SupervisorPipe) -> None:
    """Run the gateway, then exit the process; never returns. A loop that ends cancels its tasks, which the library
    answers with a call that may hang, and its threads would keep the interpreter from exiting.
    """
    status = 1
    try:
        status = await _run_gateway(settings, report)
    except Exception:
        log.exception("gateway-failed")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


async def _run_gateway(settings: Settings, report: SupervisorPipe) -> int:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(MAX_THREADS))
    queue = None if settings.redis_url else SupervisorQueue(broker_for(""), report)
    app = await asyncio.to_thread(App.open, settings, queue)
    build_error_log_scheduler(app.db).start()
    runtime = channel_runtime_for(app)
    gateway = build_gateway(runtime, report)
    loop.add_signal_handler(signal.SIGTERM, gateway.stop)
    start_listener(
        sys.stdin.fileno(),
        lambda numbers: _call_soon(loop, partial(gateway.assign, numbers)),
        partial(_exit_orphaned, loop, gateway),
    )
    async with runtime.deliver_messages():
        await gateway.run()
    return await gateway.shut_down()


def build_gateway(runtime: ChannelRuntime, report: SupervisorPipe) -> "SessionGateway":
    """A gateway whose numbers use the same conversation as the other channels."""
    from bots.whatsapp.processes.gateway import SessionGateway

    settings = runtime.app.settings
    keys = key_store_for(settings)
    return SessionGateway(
        runtime.app.db, report, lock_folder_for(settings), _session_factory_for(runtime, keys), keys.delete
    )


def _session_factory_for(runtime: ChannelRuntime, keys: KeyStore) -> "Callable[[UUID], SessionRunner]":
    """Factory of a number's session, with the real library or the stand-in that is configured."""
    from bots.whatsapp.sessions.client_factory import ClientFactory, create_from_path
    from bots.whatsapp.sessions.connection import NeonizeConnection
    from bots.whatsapp.sessions.responder import SessionResponder
    from bots.whatsapp.sessions.runner import SessionRunner
    from bots.whatsapp.sessions.session_repository import Assignment, SessionRepository

    app = runtime.app
    ffi = app.settings.whatsapp_ffi
    clients = ClientFactory(keys, create_from_path(ffi) if ffi else None)
    handlers: dict[UUID, tuple[UpdateHandler, ChannelProxy]] = {}
    build_link = _link_factory_for(app)

    def build_responder(connection: Any, assignment: Assignment) -> SessionResponder:
        if assignment.account.id not in handlers:  # a second one would take over the pending messages
            handlers[assignment.account.id] = _add_number(runtime, assignment.account)
        handler, proxy = handlers[assignment.account.id]
        return SessionResponder(connection, assignment, app.db, handler, proxy, build_link)

    def build_session(number: UUID) -> SessionRunner:
        return SessionRunner(
            repository=SessionRepository(app.db, number),
            keys=SessionKeys(keys, number, key_backups_for(app)),
            create_connection=lambda: NeonizeConnection(clients.create_client(number)),
            create_responder=build_responder,
        )

    return build_session


def _add_number(runtime: ChannelRuntime, account: Account) -> "tuple[UpdateHandler, ChannelProxy]":
    """A number's update handler and channel proxy, which outlive its connections."""
    from bots.whatsapp.channel import WHATSAPP_CAPABILITIES
    from bots.whatsapp.phones import expand_identities

    proxy = ChannelProxy(WHATSAPP_CAPABILITIES)
    return runtime.add_channel(
        account, proxy, admin_ids=expand_identities(runtime.app.settings.admin_identities), providers=LINK_PROVIDERS
    ), proxy


def _link_factory_for(app: App) -> Callable[[str], str] | None:
    """Builder of a film's URL; None where there is no page the user can reach."""
    page_url = app.settings.public_page_url
    if not page_url:
        return None
    signer = MediaLinkSigner(app.secret)

    def build_link(key: str) -> str:
        return f"{page_url.rstrip('/')}/media/{signer.sign(key, FILM_NAME, FILM_MIME, expiry_for(app.db.clock()))}"

    return build_link


def _call_soon(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(callback)


def _exit_orphaned(loop: asyncio.AbstractEventLoop, gateway: "SessionGateway") -> None:
    """Exit because the supervisor is gone, by force where the loop does not end. The next supervisor must find the
    numbers unlocked.
    """
    _call_soon(loop, gateway.stop)
    threading.Event().wait(ORPHAN_GRACE_SECONDS)
    os._exit(1)
