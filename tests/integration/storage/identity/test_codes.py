"""Codes that are typed once: used up by being right, or by being wrong too often."""

import uuid
from datetime import timedelta

import pytest
from fakes.clock import NOON, SettableClock
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, create_customer
from sqlmodel import select

from models.identity.codes import CodePurpose, OneTimeCode
from storage.db import Database
from storage.identity.code_limits import RequestingBrowser
from storage.identity.codes import OneTimeCodeService, format_link_code, is_email, prune_expired

CODES = OneTimeCodeService(b"a key of the house")
EMAIL = "ana@example.com"


@pytest.fixture
def ana(database: Database) -> SampleCustomer:
    return create_customer(database)


def issue(
    database: Database, ana: SampleCustomer, subject: str = EMAIL, purpose: CodePurpose = CodePurpose.SIGNIN
) -> str | None:
    with database.transaction() as session:
        return CODES.issue(session, ana.person.tenant_id, purpose, subject, database.clock())


def redeem(database: Database, ana: SampleCustomer, code: str, subject: str = EMAIL) -> OneTimeCode | None:
    with database.transaction() as session:
        return CODES.redeem(session, ana.person.tenant_id, CodePurpose.SIGNIN, subject, code, database.clock())


def issued(database: Database, ana: SampleCustomer, subject: str = EMAIL) -> str:
    code = issue(database, ana, subject)
    assert code is not None
    return code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_is_six_digits_and_works_once(database: Database, ana: SampleCustomer) -> None:
    code = issued(database, ana)
    assert len(code) == 6
    assert code.isdecimal()
    used = redeem(database, ana, code)
    assert used is not None
    assert used.used_at == NOON
    assert redeem(database, ana, code) is None


def test_an_address_and_a_code_may_be_written_as_people_write_them(database: Database, ana: SampleCustomer) -> None:
    code = issued(database, ana)
    assert redeem(database, ana, f" {code[:3]} {code[3:]} ", " ANA@Example.com") is not None


def test_a_code_dies_after_ten_minutes(database: Database, ana: SampleCustomer, clock: SettableClock) -> None:
    early, late = issued(database, ana), issued(database, ana, "bia@example.com")
    clock.advance(minutes=9, seconds=59)
    assert redeem(database, ana, early) is not None
    clock.advance(seconds=1)
    assert redeem(database, ana, late, "bia@example.com") is None


def test_the_fifth_try_counts_and_the_sixth_does_not(database: Database, ana: SampleCustomer) -> None:
    code = issued(database, ana)
    for _ in range(4):
        assert redeem(database, ana, wrong(code)) is None
    assert redeem(database, ana, code) is not None
    other = issued(database, ana, "bia@example.com")
    for _ in range(5):
        assert redeem(database, ana, wrong(other), "bia@example.com") is None
    assert redeem(database, ana, other, "bia@example.com") is None


def test_what_is_left_is_told_until_there_is_no_code(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    tenant = ana.person.tenant_id
    code = issued(database, ana)
    for left in (4, 3, 2, 1, 0, 0):
        redeem(database, ana, wrong(code))
        with database.read_transaction() as session:
            assert CODES.count_tries_left(session, tenant, CodePurpose.SIGNIN, EMAIL, clock()) == left
    clock.advance(minutes=10)
    with database.read_transaction() as session:
        assert CODES.count_tries_left(session, tenant, CodePurpose.SIGNIN, EMAIL, clock()) is None


def test_an_address_gets_three_codes_an_hour_whatever_they_are_for(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    assert issue(database, ana) is not None
    assert issue(database, ana, " ANA@example.com") is not None
    assert issue(database, ana, purpose=CodePurpose.EMAIL) is not None
    assert issue(database, ana) is None
    assert issue(database, ana, "bia@example.com") is not None
    clock.advance(hours=1)
    assert issue(database, ana) is not None


def test_a_person_gets_three_codes_an_hour_whatever_the_addresses(database: Database, ana: SampleCustomer) -> None:
    tenant, person_id = ana.person.tenant_id, ana.person.id

    def ask(subject: str) -> str | None:
        with database.transaction() as session:
            return CODES.issue(session, tenant, CodePurpose.EMAIL, subject, NOON, person_id=person_id)

    asked = run_concurrently([lambda number=number: ask(f"{number}@example.com") for number in range(12)], threads=12)
    assert len([code for code in asked if code]) == 3


def test_three_codes_are_three_however_many_ask_at_once(database: Database, ana: SampleCustomer) -> None:
    assert len([code for code in run_concurrently([lambda: issue(database, ana)] * 20) if code]) == 3


def test_one_of_fifty_who_type_the_same_code_at_once_is_let_in(database: Database, ana: SampleCustomer) -> None:
    code = issued(database, ana)
    assert len([row for row in run_concurrently([lambda: redeem(database, ana, code)] * 50) if row]) == 1


def test_fifty_wrong_codes_at_once_are_five_tries(database: Database, ana: SampleCustomer) -> None:
    code = issued(database, ana)
    run_concurrently([lambda: redeem(database, ana, wrong(code))] * 50)
    with database.read_transaction() as session:
        assert session.exec(select(OneTimeCode.tries)).one() == 5
    assert redeem(database, ana, code) is None


def ask(database: Database, ana: SampleCustomer, browser: str, *, is_known: bool = False) -> str | None:
    with database.transaction() as session:
        requesting = RequestingBrowser(browser, is_known)
        return CODES.issue_sign_in(session, ana.person.tenant_id, EMAIL, requesting, database.clock())


def enter(database: Database, ana: SampleCustomer, browser: str, code: str) -> OneTimeCode | None:
    with database.transaction() as session:
        requesting = RequestingBrowser(browser)
        return CODES.redeem_sign_in(session, ana.person.tenant_id, EMAIL, requesting, code, database.clock())


def test_a_code_is_of_use_to_the_browser_that_asked_and_wrong_ones_of_others_take_nothing_from_it(
    database: Database, ana: SampleCustomer
) -> None:
    code = ask(database, ana, "hers")
    assert code is not None
    assert enter(database, ana, "another", code) is None
    assert redeem(database, ana, code) is None
    for browser in ("another", "a third", ""):
        for _ in range(5):
            assert enter(database, ana, browser, wrong(code)) is None
    assert enter(database, ana, "hers", code) is not None


def test_a_browser_gets_three_codes_an_hour_and_strangers_twelve_together(
    database: Database, ana: SampleCustomer
) -> None:
    assert [ask(database, ana, "a") is not None for _ in range(4)] == [True, True, True, False]
    assert [ask(database, ana, f"b{number}") is not None for number in range(10)] == [True] * 9 + [False]
    assert issue(database, ana) is not None  # of those that no browser asked for there are others


def test_a_browser_that_is_known_gets_its_codes_however_many_strangers_ask(
    database: Database, ana: SampleCustomer
) -> None:
    for number in range(20):
        ask(database, ana, f"stranger {number}")
    assert [ask(database, ana, "hers", is_known=True) is not None for _ in range(4)] == [True, True, True, False]


def test_a_code_is_good_for_its_purpose_its_tenant_and_who_asked_only(database: Database, ana: SampleCustomer) -> None:
    rival = create_customer(database, tenant="rival")
    with database.transaction() as session:
        tenant, person_id = ana.person.tenant_id, ana.person.id
        code = CODES.issue(session, tenant, CodePurpose.EMAIL, EMAIL, NOON, person_id=person_id)
        assert code is not None
        redeem_ = CODES.redeem
        assert redeem_(session, tenant, CodePurpose.SIGNIN, EMAIL, code, NOON) is None
        assert redeem_(session, rival.person.tenant_id, CodePurpose.EMAIL, EMAIL, code, NOON) is None
        assert redeem_(session, tenant, CodePurpose.EMAIL, EMAIL, code, NOON, person_id=uuid.uuid4()) is None
        assert redeem_(session, tenant, CodePurpose.EMAIL, EMAIL, code, NOON, person_id=person_id) is not None


def test_neither_codes_nor_addresses_can_be_read_in_the_database(database: Database, ana: SampleCustomer) -> None:
    code = issued(database, ana)
    with database.read_transaction() as session:
        row = session.exec(select(OneTimeCode)).one()
    assert code not in str(row.model_dump())
    assert "example" not in str(row.model_dump())
    assert OneTimeCodeService(b"another key").digest_subject(ana.person.tenant_id, EMAIL) != row.subject
    assert "house" not in repr(CODES)


def test_an_older_code_that_came_late_still_works(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    first = issued(database, ana)
    clock.advance(minutes=1)
    issued(database, ana)
    assert redeem(database, ana, first) is not None


def test_a_links_code_is_found_by_itself(database: Database, ana: SampleCustomer) -> None:
    tenant, person = ana.person.tenant_id, ana.person
    with database.transaction() as session:
        code = CODES.issue_link(session, tenant, person.id, NOON)
        assert code is not None
        assert CODES.redeem_link(session, tenant, code[:-1] + ("A" if code[-1] != "A" else "B"), NOON) is None
        assert CODES.count_link_tries_left(session, tenant, code, NOON) == 4
        used = CODES.redeem_link(session, tenant, format_link_code(code).lower(), NOON)
        assert used is not None
        assert used.person_id == person.id
        assert CODES.redeem_link(session, tenant, code, NOON) is None
        assert CODES.redeem_link(session, tenant, "", NOON) is None


def test_codes_that_are_long_over_are_deleted(database: Database, ana: SampleCustomer, clock: SettableClock) -> None:
    for subject in ("a@example.com", "b@example.com", "c@example.com"):
        issued(database, ana, subject)
    clock.advance(days=1)
    fresh = issued(database, ana)
    with database.transaction() as session:
        assert prune_expired(session, before=clock() - timedelta(hours=1), limit=2) == 2
        assert prune_expired(session, before=clock() - timedelta(hours=1), limit=2) == 1
    assert redeem(database, ana, fresh) is not None


@pytest.mark.parametrize("text", ["ana@example.com", "a.b+c@mail.example.com.br", "X_1@a-b.io"])
def test_addresses_are_recognised(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "ana@",
        "@example.com",
        "a@b",
        "a b@c.de",
        "a@b.de\r\nBcc: x@y.zz",
        "a@b.de\n",
        "a,b@c.de",
        "<a@b.de>",
        "é@b.de",
    ],
)
def test_what_is_no_address_is_not_taken_for_one(text: str) -> None:
    assert not is_email(text)
