"""Jobs from submission to settlement: a world with a staged sandbox and a customer."""

from pathlib import Path
from typing import Any

from fakes.clock import SettableClock
from fakes.sample_customers import create_customer
from fakes.world.staged_sandbox import StagedSandbox
from fakes.world.world import World

from models.billing.catalogue import Catalogue, read_catalogue
from pipeline.jobs.renderer import Renderer
from pipeline.speech.transcription import Transcriber
from storage.db import Database


def open_job_world(db: Database, clock: SettableClock, folder: Path, redis_url: str = "") -> World:
    world = open_staged_world(db, clock, folder, catalogue=build_parallel_catalogue(), redis_url=redis_url)
    world.customer = create_customer(db)
    return world


def open_staged_world(db: Database, clock: SettableClock, folder: Path, **options: Any) -> World:
    """A world without a customer, whose real renderer runs staged tasks."""
    sandbox = StagedSandbox()
    return World.open(folder, db, clock, sandbox=sandbox, renderer=Renderer(sandbox, Transcriber(None)), **options)


def build_parallel_catalogue() -> Catalogue:
    """The shipped catalogue, but with as many concurrent jobs per customer as waiting ones."""
    shipped = read_catalogue()
    plans = {name: plan.model_copy(update={"running": plan.waiting}) for name, plan in shipped.plans.items()}
    return shipped.model_copy(update={"plans": plans})
