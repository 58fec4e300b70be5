"""Composition root of a WhatsApp gateway process; its argument is the write end of a pipe its supervisor reads."""

import asyncio
import contextlib
import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from bots.app.base import App, lock_folder_for
from bots.app.channels import LINK_PROVIDERS, ChannelRuntime, channel_runtime_for
from bots.app.whatsapp_keys import key_backups_for, key_store_for
from bots.core.operations import logging_config
from bots.core.operations.background_tasks import build_error_log_scheduler
from bots.core.update_handler import UpdateHandler
from bots.web.links import MediaLinkSigner, expiry_for
from bots.whatsapp.channel import WHATSAPP_CAPABILITIES
from bots.whatsapp.phones import expand_identities
from bots.whatsapp.processes.gateway import SessionGateway
from bots.whatsapp.processes.ipc import SupervisorPipe, SupervisorQueue, start_listener
from bots.whatsapp.sessions.channel_proxy import ChannelProxy
from bots.whatsapp.sessions.client_factory import ClientFactory, create_from_path
from bots.whatsapp.sessions.connection import NeonizeConnection
from bots.whatsapp.sessions.responder import SessionResponder
from bots.whatsapp.sessions.runner import SessionRunner
from bots.whatsapp.sessions.session_repository import Assignment, SessionRepository
from models.identity.people import Account
from models.settings import Settings
from pipeline import broker_for
from storage.messaging.whatsapp_backups import SessionKeys
from storage.messaging.whatsapp_keys import KeyStore

log = structlog.get_logger(__name__)

FILM_NAME, FILM_MIME = "rabisco.mp4", "video/mp4"
MAX_THREADS = 64  # each connection keeps one for as long as it lasts, and each call of the library takes one more
ORPHAN_GRACE_SECONDS = 5.0  # seconds a gateway may take to exit after its supervisor has died, as its lease ends then


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
        lambda assignment: _call_soon(loop, partial(gateway.assign, assignment)),
        partial(_exit_orphaned, loop, gateway),
    )
    async with runtime.deliver_messages():
        await gateway.run()
    return await gateway.shut_down()


def build_gateway(runtime: ChannelRuntime, report: SupervisorPipe) -> SessionGateway:
    """A gateway whose numbers use the same conversation as the other channels."""
    settings = runtime.app.settings
    keys = key_store_for(settings)

    def create_runner(number: UUID) -> SessionRunner:
        return _build_session(runtime, keys, clients, number, partial(gateway.is_assigned, number))

    clients = ClientFactory(keys, create_from_path(settings.whatsapp_ffi) if settings.whatsapp_ffi else None)
    gateway = SessionGateway(runtime.app.db, report, lock_folder_for(settings), create_runner, keys.delete)
    return gateway


def _build_session(
    runtime: ChannelRuntime, keys: KeyStore, clients: ClientFactory, number: UUID, is_assigned: Callable[[], bool]
) -> SessionRunner:
    """A number's session, with the real library or the stand-in that is configured."""
    app = runtime.app
    handlers: dict[UUID, tuple[UpdateHandler, ChannelProxy]] = {}
    build_link = _link_factory_for(app)

    def build_responder(connection: Any, assignment: Assignment) -> SessionResponder:
        if assignment.account.id not in handlers:  # a second one would take over the pending messages
            handlers[assignment.account.id] = _add_number(runtime, assignment.account)
        handler, proxy = handlers[assignment.account.id]
        return SessionResponder(connection, assignment, app.db, handler, proxy, build_link)

    def remove_channels() -> None:
        """Leave what the number's chats are owed to the process that runs it next."""
        for account_id in handlers:
            runtime.remove_channel(account_id)

    return SessionRunner(
        repository=SessionRepository(app.db, number, is_assigned),
        keys=SessionKeys(keys, number, key_backups_for(app)),
        create_connection=lambda: NeonizeConnection(clients.create_client(number)),
        create_responder=build_responder,
        on_end=remove_channels,
    )


def _add_number(runtime: ChannelRuntime, account: Account) -> tuple[UpdateHandler, ChannelProxy]:
    """A number's update handler and channel proxy, which outlive its connections."""
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


def _exit_orphaned(loop: asyncio.AbstractEventLoop, gateway: SessionGateway) -> None:
    """Exit because the supervisor is gone, by force where the loop does not end. The next supervisor must find the
    numbers unlocked.
    """
    _call_soon(loop, gateway.stop)
    threading.Event().wait(ORPHAN_GRACE_SECONDS)
    os._exit(1)
