"""The chat page with the real conversation behind it: jobs that users submit on the page are run by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fakes.world.described_files import build_video
from fakes.world.web import SECRET
from fakes.world.world import World
from fastapi import APIRouter, FastAPI
from sqlmodel import col, select

from bots.web.app import WebDependencies, create_app
from bots.web.page import PageChannel
from bots.web.uploads.upload_store import UploadStore
from models.jobs.transcript import Transcript
from models.messaging.deliveries import PageMessage
from pipeline.jobs.queue import QUEUE_NAME
from storage.db import Database

VIDEO = ("talk.mp4", build_video(), "video/mp4")


@dataclass(frozen=True, slots=True)
class PageWorld:
    """A world with the page of one account; its user is the local owner."""

    world: World
    page: PageChannel
    app: FastAPI

    def run_job(self) -> None:
        """Run one job, once one is queued, and have delivered what it made."""
        self.world.pipeline.queue.broker.queues[QUEUE_NAME].get(timeout=20)
        assert self.world.run_job()
        self.world.outbox_sender.wake()

    def find_film(self) -> PageMessage:
        """The newest message with a film."""
        with self.world.db.read_transaction() as session:
            rows = session.exec(select(PageMessage).order_by(col(PageMessage.version).desc())).all()
        return next(row for row in rows if row.body.get("film"))


def open_page_world(folder: Path, db: Database, transcript: Transcript) -> PageWorld:
    """A page whose videos all say the same."""
    world = World.open(folder, db)
    world.renderer.transcript = transcript
    account = world.create_account("page", "local")
    page = PageChannel(db, account.id, UploadStore(db, world.store, account.id))

    @asynccontextmanager
    async def deliver_messages(_app: FastAPI) -> AsyncIterator[None]:
        sending = asyncio.create_task(world.outbox_sender.run())
        yield
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

    deps = WebDependencies(
        db=db,
        media=world.store,
        secret=SECRET,
        data_folder=folder,
        page=page,
        sink=world.create_handler(account, page),
        clock=world.clock,
        pipeline=world.pipeline,
        routers=(APIRouter(lifespan=deliver_messages),),
    )
    return PageWorld(world, page, create_app(deps))
