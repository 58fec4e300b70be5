"""Composition root of the WhatsApp supervisor, which runs the numbers in gateway processes, and of its own process.

Only gateways load the WhatsApp library (`bots.app.whatsapp_gateway`).
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import Callable
from contextlib import AsyncExitStack

from bots.app.base import App, lock_folder_for
from bots.app.process import open_app, run_until_stopped, start_disk_watch
from bots.app.whatsapp_keys import key_backups_for, key_store_for
from bots.core.connections.leases import ConnectionLeases
from bots.locales import detect_terminal_language
from bots.whatsapp.processes.supervisor import GatewaySupervisor
from bots.whatsapp.processes.terminal import TerminalReporter
from models.identity.people import MAIN_TENANT
from models.settings import Settings
from storage.identity import people
from storage.messaging import whatsapp

# Otherwise the library marks every message to a user as a business bot's.
GATEWAY_ENVIRONMENT = {"NEONIZE_BOT_TAG": "off"}
# Loaded modules stay for good, so they are frozen out of garbage collection: a restart takes a fifth less time.
GATEWAY_SCRIPT = (
    "import gc; gc.disable(); import bots.app.whatsapp_gateway as gateway; gc.freeze(); gc.enable(); gateway.main()"
)

Echo = Callable[[str], None]
"""Prints a line on the terminal: a pairing code or a change of state."""


async def run_whatsapp(settings: Settings, echo: Echo, *, pair: bool, phone: str | None) -> None:
    """Run the supervisor alone."""
    async with AsyncExitStack() as stack:
        app = await open_app(stack, settings)
        await start_disk_watch(stack, app)
        await run_until_stopped(run_supervisor(app, echo, pair=pair, phone=phone))


async def run_supervisor(app: App, echo: Echo, *, pair: bool = False, phone: str | None = None) -> None:
    """Run the supervisor of the numbers. Raises SupervisorAlreadyRunning, ConfigError."""
    await asyncio.to_thread(key_store_for(app.settings).check)
    if pair or is_unpaired(app):
        await asyncio.to_thread(request_pairing, app, phone)
    await build_supervisor(app, echo).run()


def build_supervisor(app: App, echo: Echo) -> GatewaySupervisor:
    """Supervisor of this machine's gateways, in the language of the terminal."""
    settings = app.settings
    return GatewaySupervisor(
        db=app.db,
        key_store=key_store_for(settings),
        backups=key_backups_for(app),
        lock_folder=lock_folder_for(settings),
        launch=launch_gateway,
        wake=app.pipeline.wake_worker,
        reporter=TerminalReporter(echo, detect_terminal_language()),
        leases=ConnectionLeases(app.db, "whatsapp", lock_folder_for(settings)),
    )


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
