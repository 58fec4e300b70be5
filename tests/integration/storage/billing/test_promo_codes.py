"""Bonus codes under races: whoever is first gets what a code holds, and nobody twice. On both databases."""

from datetime import timedelta

import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.ledger_checks import assert_ledger_balances
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlmodel import Session

from models.billing.catalogue import InvitationRules
from models.identity.people import Person
from storage.billing import invitations, ledger, promo_codes
from storage.billing.promo_codes import RedemptionResult, RedemptionStatus
from storage.db import Database
from storage.identity import account_merge

TERMS = InvitationRules(inviter=7, invited=5, most=3, days=30, new_days=7)


def redeem(database: Database, customer: SampleCustomer, word: str) -> RedemptionResult:
    with database.transaction() as session:
        person = session.get_one(Person, customer.person.id)
        return promo_codes.redeem(session, person, word, TERMS, database.clock())


def credits_of(database: Database, customer: SampleCustomer) -> int:
    with database.transaction() as session:
        assert_ledger_balances(session)
        return ledger.balance_of(session, customer.person, database.clock()).available


def promotion(database: Database, word: str = "WELCOME", uses: int = 1, days: int | None = None) -> None:
    tenant = create_customer(database).account.tenant_id
    with database.transaction() as session:
        assert promo_codes.create_promotion(session, tenant, word, 20, uses, days)


def bought(database: Database, customer: SampleCustomer, amount: int, *, days: int = 100) -> None:
    with database.transaction() as session:
        ends = database.clock() + timedelta(days=days)
        ledger.grant(
            session,
            customer.person,
            amount,
            key=f"grant:cs_{customer.person.name}{days}",
            now=database.clock(),
            expires_at=ends,
        )


def wrap(database: Database, customer: SampleCustomer, amount: int) -> str | None:
    with database.transaction() as session:
        person = session.get_one(Person, customer.person.id)
        code = promo_codes.create_gift(session, person, amount, database.clock())
        return code.code if code else None


def film(database: Database, customer: SampleCustomer) -> None:
    """Something was made for somebody for the first time, or once more."""
    with database.transaction() as session:
        invitations.grant_for_result(session, session.get_one(Person, customer.person.id), database.clock())


def pay(database: Database, customer: SampleCustomer) -> None:
    with database.transaction() as session:
        invitations.grant_for_purchase(session, session.get_one(Person, customer.person.id), database.clock())


def move(database: Database, customer: SampleCustomer, network: str) -> None:
    """Somebody writes from that network."""
    with database.transaction() as session:
        session.get_one(Person, customer.person.id).network = network


def invitation(database: Database, customer: SampleCustomer) -> str:
    with database.transaction() as session:
        return promo_codes.get_or_create_invitation(session, session.get_one(Person, customer.person.id), TERMS).code


def test_a_hundred_people_at_once_and_one_use_is_one_that_got_it(database: Database) -> None:
    promotion(database)
    crowd = [create_customer(database, f"p{number}") for number in range(100)]
    done = run_concurrently([lambda each=each: redeem(database, each, "welcome").status for each in crowd])  # type: ignore[misc]
    assert sorted(done).count(RedemptionStatus.REDEEMED) == 1
    assert sorted(done).count(RedemptionStatus.UNKNOWN) == 99
    with database.transaction() as session:
        assert_ledger_balances(session)
        found = [ledger.balance_of(session, each.person, database.clock()).available for each in crowd]
    assert sorted(found) == [0] * 99 + [20]


def test_one_person_twenty_times_at_once_gets_it_once(database: Database) -> None:
    promotion(database, uses=100)
    ana = create_customer(database)
    done = run_concurrently([lambda: redeem(database, ana, "WELCOME").status] * 20)
    assert sorted(done) == [RedemptionStatus.REDEEMED] + [RedemptionStatus.ALREADY_USED] * 19
    assert credits_of(database, ana) == 20
    with database.read_transaction() as session:
        ((code, uses),) = promo_codes.list_promotions(session, ana.account.tenant_id)
    assert (code.uses_left, uses) == (99, 1)


def test_a_stopped_code_gives_nothing_and_another_business_knows_none_of_it(database: Database) -> None:
    promotion(database, uses=5)
    ana, stranger = create_customer(database), create_customer(database, "eva", tenant="another")
    assert redeem(database, stranger, "WELCOME").status is RedemptionStatus.UNKNOWN
    with database.transaction() as session:
        assert not promo_codes.stop_code(session, stranger.account.tenant_id, "WELCOME", database.clock())
        assert promo_codes.stop_code(session, ana.account.tenant_id, "welcome", database.clock())
    assert redeem(database, ana, "WELCOME").status is RedemptionStatus.UNKNOWN


def test_credits_of_a_promotion_end_after_its_days(database: Database, clock: SettableClock) -> None:
    promotion(database, days=10)
    ana = create_customer(database)
    redeem(database, ana, "WELCOME")
    clock.advance(days=9)
    assert credits_of(database, ana) == 20
    clock.advance(days=2)
    assert credits_of(database, ana) == 0


def test_a_gift_moves_credits_from_one_to_the_other_and_no_end_is_put_off(
    database: Database, clock: SettableClock
) -> None:
    ana, bia = create_customer(database), create_customer(database, "bia")
    bought(database, ana, 30, days=50)
    bought(database, ana, 30, days=100)
    word = wrap(database, ana, 40)
    assert word is not None
    assert credits_of(database, ana) == 20
    clock.advance(days=40)
    assert redeem(database, bia, word) == RedemptionResult(RedemptionStatus.REDEEMED, 40)
    assert credits_of(database, bia) == 40
    clock.advance(days=11)
    assert credits_of(database, bia) == 0


def test_a_gift_that_nobody_took_ends_with_its_credits(database: Database, clock: SettableClock) -> None:
    ana = create_customer(database)
    bought(database, ana, 30, days=50)
    word = wrap(database, ana, 30)
    assert word is not None
    clock.advance(days=51)
    assert redeem(database, ana, word).status is RedemptionStatus.UNKNOWN


def test_only_what_was_bought_can_be_given_away(database: Database) -> None:
    ana = create_customer(database)
    with database.transaction() as session:
        ledger.grant(session, ana.person, 50, key="grant:admin:1", now=database.clock())
    bought(database, ana, 10)
    assert wrap(database, ana, 11) is None
    assert credits_of(database, ana) == 60
    assert wrap(database, ana, 10) is not None


def test_gifts_made_at_once_give_away_no_more_than_there_is(database: Database) -> None:
    ana = create_customer(database)
    bought(database, ana, 35)
    made = run_concurrently([lambda: wrap(database, ana, 10)] * 12)
    assert len([word for word in made if word]) == 3
    assert credits_of(database, ana) == 5


def test_an_invitation_gives_both_sides_theirs_once(database: Database) -> None:
    ana, bia = create_customer(database), create_customer(database, "bia")
    word = invitation(database, ana)
    assert invitation(database, ana) == word
    done = run_concurrently([lambda: redeem(database, bia, word).status] * 8)
    assert sorted(done).count(RedemptionStatus.PENDING) == 1
    assert (credits_of(database, ana), credits_of(database, bia)) == (0, 0)
    run_concurrently([lambda: film(database, bia), lambda: pay(database, bia)] * 4)
    assert (credits_of(database, ana), credits_of(database, bia)) == (7, 5)


def test_friends_on_the_inviters_network_or_on_one_together_are_no_more_than_one_friend(database: Database) -> None:
    ana, neighbour, first, second = (create_customer(database, name) for name in ("ana", "n", "f", "s"))
    word = invitation(database, ana)
    for customer, network in ((ana, "home"), (neighbour, "home"), (first, "cafe"), (second, "cafe")):
        move(database, customer, network)
    for customer in (neighbour, first, second):
        assert redeem(database, customer, word).status is RedemptionStatus.PENDING
        film(database, customer)
    assert [credits_of(database, each) for each in (neighbour, first, second)] == [0, 5, 0]
    assert credits_of(database, ana) == 7
    move(database, second, "office")
    film(database, second)
    pay(database, neighbour)
    assert [credits_of(database, each) for each in (neighbour, first, second)] == [5, 5, 5]
    assert credits_of(database, ana) == 21


def test_who_becomes_one_with_their_inviter_was_no_friend(database: Database) -> None:
    ana, twin = create_customer(database, "ana"), create_customer(database, "twin")
    assert redeem(database, twin, invitation(database, ana)).status is RedemptionStatus.PENDING
    with database.transaction() as session:
        pair = (session.get_one(Person, each.person.id) for each in (twin, ana))
        assert account_merge.merge(session, *pair, database.clock()) is not None
    film(database, twin)
    pay(database, ana)
    assert credits_of(database, ana) == 0


def test_credits_of_an_invitation_last_from_the_day_they_came(database: Database, clock: SettableClock) -> None:
    ana, bia = create_customer(database), create_customer(database, "bia")
    redeem(database, bia, invitation(database, ana))
    clock.advance(days=20)
    film(database, bia)
    clock.advance(days=29)
    assert (credits_of(database, ana), credits_of(database, bia)) == (7, 5)
    clock.advance(days=2)
    assert (credits_of(database, ana), credits_of(database, bia)) == (0, 0)


def test_nobody_is_invited_by_themselves_or_by_two(database: Database) -> None:
    ana, bia, caio = (create_customer(database, name) for name in ("ana", "bia", "caio"))
    assert redeem(database, ana, invitation(database, ana)).status is RedemptionStatus.OWN_INVITATION
    words = [invitation(database, ana), invitation(database, caio)]
    done = run_concurrently([lambda word=word: redeem(database, bia, word).status for word in words * 4])  # type: ignore[misc]
    assert sorted(done).count(RedemptionStatus.PENDING) == 1
    film(database, bia)
    assert credits_of(database, bia) == 5
    assert credits_of(database, ana) + credits_of(database, caio) == 7


def test_an_invitation_is_for_people_who_are_new(database: Database) -> None:
    ana, old, busy = (create_customer(database, name) for name in ("ana", "old", "busy"))
    word = invitation(database, ana)

    def put(session: Session) -> None:
        add_job(session, busy, database.clock())
        session.get_one(Person, old.person.id).created_at = database.clock() - timedelta(days=8)

    with database.transaction() as session:
        put(session)
    assert redeem(database, old, word).status is RedemptionStatus.NOT_NEW
    assert redeem(database, busy, word).status is RedemptionStatus.NOT_NEW
    assert credits_of(database, ana) == 0


def test_an_invitation_serves_as_many_as_it_may(database: Database) -> None:
    ana = create_customer(database)
    word = invitation(database, ana)
    crowd = [create_customer(database, f"p{number}") for number in range(6)]
    done = run_concurrently([lambda each=each: redeem(database, each, word).status for each in crowd])  # type: ignore[misc]
    assert sorted(done).count(RedemptionStatus.PENDING) == 3
    run_concurrently([lambda each=each: film(database, each) for each in crowd])  # type: ignore[misc]
    assert credits_of(database, ana) == 21


@pytest.mark.parametrize("_again", range(3))
def test_two_who_invite_each_other_at_once_both_get_an_answer(database: Database, _again: int) -> None:
    ana, bia = create_customer(database), create_customer(database, "bia")
    theirs, hers = invitation(database, ana), invitation(database, bia)
    done = run_concurrently([lambda: redeem(database, bia, theirs).status, lambda: redeem(database, ana, hers).status])
    assert done == [RedemptionStatus.PENDING, RedemptionStatus.PENDING]
    run_concurrently([lambda: film(database, bia), lambda: film(database, ana)])
    assert (credits_of(database, ana), credits_of(database, bia)) == (12, 12)
