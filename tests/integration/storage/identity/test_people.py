"""People and words: who writes to us, what was heard, how the business is doing."""

import uuid
from pathlib import Path

from fakes.clock import NOON, SettableClock
from fakes.concurrency import run_concurrently
from fakes.sample_customers import add_job, create_customer
from fakes.world.jobs import open_job_world
from fakes.world.staged_sandbox import TRANSCRIPT
from fakes.world.world import World

from models.identity.people import Person
from models.jobs.job import JobStatus
from models.jobs.options import CaptionOptions
from models.media.files import Media
from models.messaging.deliveries import Message, TranslatedText
from storage.billing import purchases
from storage.db import Database
from storage.identity import people
from storage.jobs import transcripts
from storage.messaging import outbox, updates
from storage.messaging.outbox import OutboxMessage
from storage.tenants import tenant_stats


def test_somebody_who_writes_many_times_at_once_is_one_person_in_one_chat(database: Database) -> None:
    met = run_concurrently([lambda: create_customer(database)] * 16)
    assert len({(each.account.id, each.person.id, each.address.id) for each in met}) == 1


def test_a_messengers_hint_of_the_language_counts_until_the_person_chooses(database: Database) -> None:
    ana = create_customer(database)
    with database.transaction() as session:
        assert people.get_or_create_person(session, ana.account, "ana", name="Ana", language="pt").language == "pt"
        session.get_one(Person, ana.person.id).language_chosen = True
    with database.transaction() as session:
        met = people.get_or_create_person(session, ana.account, "ana", name="Ana Maria", language="es")
        assert (met.language, met.name) == ("pt", "Ana Maria")


def test_a_name_of_a_messenger_is_kept_in_one_line_without_what_turns_others_round(database: Database) -> None:
    ana = create_customer(database)
    with database.transaction() as session:
        named = people.get_or_create_person(session, ana.account, "ana", name="Ana\u202e\nOwner: \x07", language=None)
        assert named.name == "Ana Owner:"
        new = people.get_or_create_person(session, ana.account, "eva", name="\u2067Eva\r\n", language=None)
        assert new.name == "Eva"


def test_people_are_found_by_their_identity_within_their_tenant_alone(database: Database) -> None:
    one, two = create_customer(database, tenant="one"), create_customer(database, tenant="two")
    with database.read_transaction() as session:
        found = people.find_by_identity(session, one.person.tenant_id, "telegram:ana")
        assert found is not None
        assert (found.id, found.id == two.person.id) == (one.person.id, False)
        assert people.find_by_identity(session, one.person.tenant_id, "whatsapp:ana") is None


def test_people_who_were_joined_are_the_one_that_counts(database: Database) -> None:
    first, second, third = (create_customer(database, name) for name in ("a", "b", "c"))
    with database.transaction() as session:
        session.get_one(Person, first.person.id).merged_into_id = second.person.id
        session.get_one(Person, second.person.id).merged_into_id = third.person.id
    with database.transaction() as session:
        assert people.get_or_create_person(session, first.account, "a", name="A", language="en").id == third.person.id


def test_tastes_survive_the_database(database: Database) -> None:
    ana = create_customer(database)
    tastes = {"seconds": 20, "finish": "lines", "style": "pill"}
    with database.transaction() as session:
        session.get_one(Person, ana.person.id).tastes = tastes
    with database.read_transaction() as session:
        assert session.get_one(Person, ana.person.id).tastes == tastes


def test_words_heard_in_a_file_serve_whoever_sends_the_same_file(shop: World) -> None:
    first, second = (shop.receive_media(b"the same video", seconds=9) for _ in range(2))
    job, other = (shop.submit_job(media, CaptionOptions()) for media in (first, second))
    with shop.db.transaction() as session:
        transcripts.save(session, job, first, TRANSCRIPT)
        assert transcripts.find_for_job(session, other, second, "auto") == TRANSCRIPT
        assert transcripts.find_for_job(session, other, second, "en") == TRANSCRIPT
        assert transcripts.find_for_job(session, other, second, "pt") is None


def test_given_words_win_and_serve_their_own_job_alone(shop: World) -> None:
    media = shop.receive_media(b"a video", seconds=9)
    first, second, third = (shop.submit_job(media, CaptionOptions()) for _ in range(3))
    given = TRANSCRIPT.model_copy(update={"engine": "given", "confidence": None, "language": "pt"})
    with shop.db.transaction() as session:
        transcripts.save(session, first, media, TRANSCRIPT)
        transcripts.save(session, second, media, given)
        transcripts.save(session, second, media, TRANSCRIPT)
        assert transcripts.find_for_job(session, second, media, "en") == given
        assert transcripts.find_given(session, second.id) == given
        assert transcripts.find_for_job(session, third, media, "auto") == TRANSCRIPT
        assert transcripts.find_given(session, first.id) is None


def test_words_of_a_file_that_is_gone_serve_nobody(shop: World) -> None:
    mine, theirs = shop.receive_media(b"mine", seconds=9), shop.receive_media(b"theirs", seconds=9)
    job, other = shop.submit_job(mine, CaptionOptions()), shop.submit_job(theirs, CaptionOptions())
    with shop.db.transaction() as session:
        transcripts.save(session, job, mine, TRANSCRIPT)
        for media in (mine, theirs):
            session.get_one(Media, media.id).file_id = None
    with shop.db.read_transaction() as session:
        assert transcripts.find_for_job(session, other, session.get_one(Media, theirs.id), "auto") is None


def test_another_tenants_words_are_not_reused(database: Database, clock: SettableClock, tmp_path: Path) -> None:
    shop = open_job_world(database, clock, tmp_path)
    media = shop.receive_media(b"the same video", seconds=9)
    job = shop.submit_job(media, CaptionOptions())
    with shop.db.transaction() as session:
        transcripts.save(session, job, media, TRANSCRIPT)
    shop.customer = create_customer(database, tenant="another")
    again = shop.receive_media(b"the same video", seconds=9)
    theirs = shop.submit_job(again, CaptionOptions())
    with shop.db.read_transaction() as session:
        assert transcripts.find_for_job(session, theirs, again, "auto") is None


def test_the_day_of_a_business_counts_its_own_updates_and_the_jobs_in_hand(
    database: Database, clock: SettableClock
) -> None:
    ana, ben, far = (
        create_customer(database, "ana"),
        create_customer(database, "ben"),
        create_customer(database, "far", tenant="another"),
    )
    clock.advance(hours=1)
    with database.transaction() as session:
        for customer, status in ((ana, "done"), (ana, "failed"), (ben, "done"), (far, "done")):
            add_job(session, customer, clock(), status=status, finished_at=clock())
        add_job(session, ana, clock(), status=JobStatus.QUEUED)
        updates.save(session, ana.account.id, uuid.uuid4().hex, {}, clock())
        day = tenant_stats.collect_stats(session, ana.person.tenant_id, NOON, clock())
    assert day == {"queued": 1, "running": 0, "updates": 1}


def test_money_is_spoken_of_where_nobody_reads_along(database: Database) -> None:
    ana = create_customer(database)
    with database.transaction() as session:
        group = people.get_or_create_address(session, ana.account.id, "-100", "", in_group=True)
        for place in (ana.address, group):
            owed = OutboxMessage(Message(paragraphs=(TranslatedText(key="welcome"),)), f"update:{place.chat}")
            outbox.enqueue(session, place, ana.person.id, owed, database.clock())
        found = purchases.address_of(session, ana.person)
        assert found is not None
        assert found.chat == ana.address.chat


def test_a_group_stays_one_however_it_is_spoken_of(database: Database) -> None:
    ana = create_customer(database)
    with database.transaction() as session:
        people.get_or_create_address(session, ana.account.id, "-100", "", in_group=True)
        assert people.get_or_create_address(session, ana.account.id, "-100", "").in_group
        assert not people.get_or_create_address(session, ana.account.id, "7", "").in_group
