"""Plans where they matter: whose credits come with the month, and what a plan does not allow."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.clock import NOON, SettableClock
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer
from fakes.world.jobs import open_staged_world
from fakes.world.staged_sandbox import TRANSCRIPT, StagedSandbox

from models.billing.catalogue import Catalogue, read_catalogue
from models.billing.payments import Subscription
from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job
from models.jobs.options import CaptionOptions, SketchOptions
from models.jobs.transcript import Transcript
from models.media.facts import MediaInfo, MediaKind
from pipeline.jobs.entitlements import AccountStatus
from pipeline.jobs.renderer import Renderer
from pipeline.jobs.service import JobRequest, Pipeline
from pipeline.kinds.running_job import JobResult, JobSpec
from pipeline.kinds.usage import Usage
from pipeline.sandbox.client import return_false
from pipeline.speech.transcription import Transcriber
from storage.billing import ledger
from storage.db import Database
from storage.media.files import MeasuredFile


def limited(**limits: object) -> Catalogue:
    """The catalogue that is shipped, with other limits in its free plan."""
    shipped = read_catalogue()
    free = shipped.plans["free"].model_copy(update=limits)
    return shipped.model_copy(update={"plans": shipped.plans | {"free": free}})


@pytest.fixture
def pipeline(database: Database, clock: SettableClock, tmp_path: Path) -> Pipeline:
    return open_staged_world(database, clock, tmp_path).pipeline


def standing(pipeline: Pipeline, customer: SampleCustomer) -> AccountStatus:
    with pipeline.db.transaction() as session:
        return pipeline.account_status_of(session, customer.person)


def subscribe(pipeline: Pipeline, customer: SampleCustomer, plan: str, until: datetime) -> None:
    """What the till does when somebody's first invoice is paid."""
    now, person = pipeline.db.clock(), customer.person
    person.plan = plan
    with pipeline.db.transaction() as session:
        session.merge(person)
        subscription = Subscription(
            tenant_id=person.tenant_id,
            person_id=person.id,
            external_id=f"sub_{plan}",
            customer_id="cus_1",
            plan=plan,
            status="active",
            currency="brl",
            period_start=now,
            period_end=until,
        )
        session.add(subscription)
        ledger.grant(
            session, person, pipeline.entitlements.catalogue.get_plan(plan).credits, key="invoice:in_1", now=now
        )


def change_plan(pipeline: Pipeline, customer: SampleCustomer, plan: str) -> None:
    customer.person.plan = plan
    with pipeline.db.transaction() as session:
        session.merge(customer.person)


def order(
    pipeline: Pipeline, customer: SampleCustomer, folder: Path, options: CaptionOptions | None = None
) -> JobRequest:
    """A film of two files of 13 bytes each, or captions of one."""
    kind = MediaKind.VIDEO if options else MediaKind.IMAGE
    facts = MediaInfo(kind, "png", size=13, width=64, height=64, seconds=5 if options else None)
    paths = [folder / f"in-{number}.bin" for number in range(1 if options else 2)]
    for path in paths:
        path.write_bytes(f"sent as {path.stem}".encode())
    measured = [MeasuredFile.from_path(path, facts) for path in paths]
    with pipeline.stage_upload(measured) as deposited, pipeline.db.transaction() as session:
        kept = [pipeline.create_media(session, customer.person, file, NOON) for file in deposited]
    return JobRequest(customer.person, customer.address, kept, options or SketchOptions())


def submit(pipeline: Pipeline, wanted: JobRequest) -> Job:
    with pipeline.db.transaction() as session:
        return pipeline.submit(session, wanted)


def test_a_paid_plan_brings_no_credits_with_the_month_but_those_of_its_invoice(
    pipeline: Pipeline, customer: SampleCustomer, clock: SettableClock
) -> None:
    subscribe(pipeline, customer, "pro", NOON + timedelta(days=31))
    assert standing(pipeline, customer).credits.available == 500
    clock.now = datetime(2026, 4, 2, tzinfo=UTC)
    assert standing(pipeline, customer).credits.available == 500


def test_the_next_credits_of_a_paid_plan_come_when_its_period_ends(
    pipeline: Pipeline, customer: SampleCustomer
) -> None:
    assert standing(pipeline, customer).next_credits_at == datetime(2026, 4, 1, tzinfo=UTC)
    subscribe(pipeline, customer, "pro", NOON + timedelta(days=31))
    assert standing(pipeline, customer).next_credits_at == NOON + timedelta(days=31)


def test_going_from_free_to_paid_and_back_within_a_month_brings_the_free_credits_once(
    pipeline: Pipeline, customer: SampleCustomer, clock: SettableClock
) -> None:
    seen = []
    for plan in ("free", "starter", "free", "pro", "free"):
        change_plan(pipeline, customer, plan)
        seen.append(standing(pipeline, customer).credits.available)
        clock.advance(days=1)
    assert seen == [10] * 5
    clock.now = datetime(2026, 4, 1, tzinfo=UTC)
    assert standing(pipeline, customer).credits.available == 10


def test_many_looks_at_once_while_plans_change_bring_the_free_credits_once(
    pipeline: Pipeline, customer: SampleCustomer
) -> None:
    def look() -> int:
        return standing(pipeline, customer).credits.available

    assert run_concurrently([look] * 16) == [10] * 16
    change_plan(pipeline, customer, "starter")
    change_plan(pipeline, customer, "free")
    assert run_concurrently([look] * 16) == [10] * 16


def test_all_files_of_a_film_together_must_fit_into_the_plan(
    database: Database, customer: SampleCustomer, tmp_path: Path
) -> None:
    small = open_staged_world(database, database.clock, tmp_path, catalogue=limited(max_bytes=25)).pipeline
    with pytest.raises(RequestRejected) as refused:
        submit(small, order(small, customer, tmp_path))
    assert (refused.value.code, refused.value.values) == (ErrorCode.PLAN_SIZE, {"limit": 1})
    assert standing(small, customer).credits.available == 10
    exact = open_staged_world(database, database.clock, tmp_path, catalogue=limited(max_bytes=26)).pipeline
    assert submit(exact, order(exact, customer, tmp_path)).credits == 1


def test_a_language_the_plan_does_not_hear_is_refused_before_anything_is_held(
    database: Database, customer: SampleCustomer, tmp_path: Path
) -> None:
    pipeline = open_staged_world(database, database.clock, tmp_path, catalogue=limited(languages=("pt", "en"))).pipeline
    with pytest.raises(RequestRejected) as refused:
        submit(pipeline, order(pipeline, customer, tmp_path, CaptionOptions(language="ja")))
    assert refused.value.code is ErrorCode.PLAN_LANGUAGE
    assert standing(pipeline, customer).credits.available == 10
    assert submit(pipeline, order(pipeline, customer, tmp_path, CaptionOptions(language="pt"))).credits == 1
    given = order(pipeline, customer, tmp_path, CaptionOptions(language="ja"))
    subtitled = JobRequest(given.person, given.address, given.media, given.options, transcript=TRANSCRIPT)
    assert submit(pipeline, subtitled).credits == 1  # nothing is heard where words are given


def heard(said: Transcript, job: Job, folder: Path) -> JobResult:
    children = StagedSandbox()
    children.stage("pipeline.speech.local:transcribe", lambda _run: said)
    folder.mkdir()
    options = CaptionOptions.model_validate(job.parameters)
    work = JobSpec("caption", options, (folder / "in.bin",), 5, 64, None, folder)
    return Renderer(children, Transcriber(None)).render(work, lambda _stage, _share: None, return_false, Usage())


def test_a_language_that_is_only_known_when_it_was_heard_is_refused_then(
    database: Database, customer: SampleCustomer, tmp_path: Path
) -> None:
    pipeline = open_staged_world(database, database.clock, tmp_path, catalogue=limited(languages=("pt",))).pipeline
    job = submit(pipeline, order(pipeline, customer, tmp_path, CaptionOptions(engine="local")))
    with pytest.raises(RequestRejected) as refused:
        heard(TRANSCRIPT, job, tmp_path / "english")
    assert refused.value.code is ErrorCode.PLAN_LANGUAGE
    portuguese = TRANSCRIPT.model_copy(update={"language": "pt-BR"})
    assert heard(portuguese, job, tmp_path / "portuguese").transcript == portuguese


@pytest.mark.parametrize(("priority", "first"), [(None, False), (True, True)])
def test_jobs_of_a_plan_with_priority_go_first(
    database: Database, customer: SampleCustomer, tmp_path: Path, priority: bool | None, first: bool
) -> None:
    pipeline = open_staged_world(database, database.clock, tmp_path, catalogue=limited(priority=priority)).pipeline
    assert submit(pipeline, order(pipeline, customer, tmp_path)).paid is first
