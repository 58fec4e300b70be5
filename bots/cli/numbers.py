"""`rabisco whatsapp`, and what backups and the doctor know of its numbers."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from bots import gateways
from bots.cli.processes import look_after, opened, settings, until_stopped
from bots.core.numbers import called, standing
from bots.core.phrases import phrase
from bots.locales import best_language
from bots.whatsapp.supervisor import Occupied
from bots.wiring import House, locks
from models.settings import Settings
from models.whatsapp import State
from storage import whatsapp as numbers
from storage.db import Database
from storage.vault import Sealed
from storage.whatsapp_backups import Backups
from storage.whatsapp_keys import Held, in_hand

Pair = Annotated[bool, typer.Option("--pair", help="Show a code for one more number.")]
Phone = Annotated[str, typer.Option(help="Pair that phone by a code to be typed into it, as 5511987654321.")]


def whatsapp(pair: Pair = False, phone: Phone = "") -> None:
    """Run the WhatsApp numbers alone. Without any yet, a code to be scanned is shown.

    Example: rabisco whatsapp --pair
    """
    if phone and not phone.isdecimal():
        raise typer.BadParameter("digits alone, with the country code, as 5511987654321.", param_hint="--phone")
    asyncio.run(_whatsapp(settings(), pair=pair or bool(phone), phone=phone or None))


async def _whatsapp(chosen: Settings, *, pair: bool, phone: str | None) -> None:
    async with AsyncExitStack() as stack:
        house = await opened(stack, chosen)
        await look_after(stack, house)
        await until_stopped(supervised(house, pair=pair, phone=phone))


async def supervised(house: House, *, pair: bool = False, phone: str | None = None) -> None:
    """Run the numbers. Raises Occupied."""
    if pair or gateways.is_unpaired(house):
        await asyncio.to_thread(gateways.ask_pairing, house, phone)
    await gateways.supervisor(house, typer.echo, _language()).run()


async def supervised_beside(house: House) -> None:
    """Run the numbers beside other things, which go on when others run the numbers."""
    try:
        await supervised(house)
    except Occupied as error:
        typer.echo(f"WhatsApp: {error}", err=True)
    await asyncio.Event().wait()


def backup() -> None:
    """Back up the keys of WhatsApp numbers now, sealed with SECRET_KEY. It is done once a day anyway."""
    with _house() as house:
        kept = _backups(house)
        for each in _listed(house):
            path = kept.make(each.row.id)
            typer.echo(f"{called(each.row, each.name)}: {path or 'not paired, nothing to back up'}")


def restore(name: str, file: Path | None) -> None:
    """Bring a number's keys back from a backup, the newest one unless another is named. WhatsApp must not be running.

    `name` is how `/whatsapp` lists the number.
    """
    with _house() as house:
        found = next((each for each in _listed(house) if name.removeprefix("+") in {each.name, each.row.number}), None)
        if found is None:
            raise typer.BadParameter(f"there is no number called {name!r}.")
        path = _restored(house, found, file)
        typer.echo(f"{called(found.row, found.name)}: restored from {path.name}. Start WhatsApp again.")


def _restored(house: House, found: numbers.Listed, file: Path | None) -> Path:
    number = found.row.id
    try:
        with in_hand(locks(house.settings), number.hex):
            path, jid = _backups(house).restore(number, file)
    except Held:
        raise typer.BadParameter("the number is running. End rabisco whatsapp, or rabisco up, first.") from None
    except FileNotFoundError:
        raise typer.BadParameter("there is no backup of this number.") from None
    except Sealed:
        raise typer.BadParameter("the backup is damaged, or was made with another SECRET_KEY.") from None
    with house.db.transaction() as session:
        row = numbers.named(session, found.name)
        if row is not None:
            numbers.restored(row.row, jid, house.db.clock())
    return path


def examined(chosen: Settings) -> Iterator[tuple[bool, str]]:
    """What the doctor says of the numbers: whether each is well, and what to do if not."""
    db = Database(chosen.database)
    try:
        listed = _numbers(db)
        for each in listed:
            yield _is_well(each, db.clock()), _said(each, db.clock())
        if not listed:
            yield True, "off; rabisco up --whatsapp shows a code to be scanned with a phone"
    finally:
        db.close()


def _numbers(db: Database) -> list[numbers.Listed]:
    """None where there is no database to ask, of which the doctor speaks elsewhere."""
    if db.is_sqlite and not Path(db.url.database or "").exists():
        return []
    try:
        with db.reading() as session:
            return numbers.listed(session)
    except SQLAlchemyError:
        return []


def _is_well(each: numbers.Listed, now: datetime) -> bool:
    return not State(each.row.state).is_over and not each.row.is_unseen(now)


def _said(each: numbers.Listed, now: datetime) -> str:
    named = called(each.row, each.name)
    if each.row.is_unseen(now):
        return f"{named} is run by nobody; start rabisco whatsapp, or rabisco up --whatsapp"
    return f"{named}: {phrase(standing(each.row, each.name), _language())}"


@contextmanager
def _house() -> Iterator[House]:
    house = House.open(Settings())
    try:
        yield house
    finally:
        house.close()


def _listed(house: House) -> list[numbers.Listed]:
    with house.db.reading() as session:
        return numbers.listed(session)


def _backups(house: House) -> Backups:
    kept = gateways.backups(house)
    if kept is None:
        raise typer.BadParameter("the keys are in PostgreSQL; back that database up.", param_hint="WHATSAPP_SESSIONS")
    return kept


def _language() -> str:
    return best_language(os.environ.get("LANG"))


def register(app: typer.Typer) -> None:
    app.command()(whatsapp)
