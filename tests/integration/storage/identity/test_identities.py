"""One person with several ids in one messenger: phone numbers and what stands for them."""

import pytest
from fakes.clock import SettableClock
from fakes.ledger_checks import assert_ledger_balances

from models.identity.people import Account, Person
from storage.billing import ledger
from storage.db import Database
from storage.identity import account_merge, identities, people

PHONE, LID = "5511987654321", "1234567890@lid"


@pytest.fixture
def account(database: Database) -> Account:
    with database.transaction() as session:
        return people.get_or_create_account(
            session, people.get_or_create_tenant(session, "main").id, "whatsapp", "shop"
        )


@pytest.fixture
def meet(database: Database, clock: SettableClock, account: Account) -> "Meeting":
    return Meeting(database, clock, account)


class Meeting:
    """Somebody writes: what every message of theirs does to the people that are known."""

    def __init__(self, db: Database, clock: SettableClock, account: Account) -> None:
        self.db, self.clock, self.account = db, clock, account

    def __call__(self, external_id: str, *aliases: str, name: str = "Ana") -> Person:
        with self.db.transaction() as session:
            if aliases:
                identities.link_aliases(session, self.account, external_id, aliases, self.clock())
            return people.get_or_create_person(session, self.account, external_id, name=name, language=None)

    def gives(self, person: Person, credits_: int) -> None:
        with self.db.transaction() as session:
            ledger.grant(session, person, credits_, key=f"gift:{person.id}:{credits_}", now=self.clock())

    def has(self, person: Person) -> int:
        with self.db.transaction() as session:
            assert_ledger_balances(session)
            return ledger.balance_of(session, person, self.clock()).available

    def known(self, identity: str) -> Person | None:
        with self.db.read_transaction() as session:
            return people.find_by_identity(session, self.account.tenant_id, f"whatsapp:{identity}")


def test_somebody_new_is_one_person_under_both_ids(meet: Meeting) -> None:
    ana = meet(LID, PHONE)
    assert meet(PHONE).id == meet(LID).id == ana.id
    assert meet.known(PHONE) == meet.known(LID) == ana


def test_somebody_first_known_by_phone_keeps_everything_when_their_other_id_appears(meet: Meeting) -> None:
    before = meet(PHONE)
    meet.gives(before, 7)
    after = meet(LID, PHONE)
    assert after.id == before.id
    assert meet.has(meet(LID)) == 7


def test_two_persons_who_turn_out_to_be_one_share_what_both_had(meet: Meeting) -> None:
    by_phone, by_lid = meet(PHONE), meet(LID)
    meet.gives(by_phone, 7)
    meet.gives(by_lid, 3)
    together = meet(LID, PHONE)
    assert together.id == by_phone.id  # who was known first
    assert meet.has(together) == 10
    assert meet(PHONE).id == meet(LID).id == together.id
    assert meet(LID, PHONE).id == together.id


def test_a_ban_is_not_escaped_by_another_id(meet: Meeting) -> None:
    meet(PHONE)
    by_lid = meet(LID)
    with meet.db.transaction() as session:
        session.get_one(Person, by_lid.id).banned_at = meet.clock()
    assert meet(LID, PHONE).banned_at == meet.clock()


def test_a_phone_number_that_has_a_new_owner_brings_them_nothing_of_the_old_ones(meet: Meeting) -> None:
    old = meet(LID, PHONE)
    meet.gives(old, 7)
    new = meet("999@lid", PHONE)
    assert new.id != old.id
    assert meet.has(new) == 0
    assert meet("999@lid", PHONE).id == new.id
    assert meet(PHONE).id == new.id
    assert meet.has(meet(LID)) == 7


@pytest.mark.parametrize("together", [True, False], ids=["at once", "later"])
def test_the_new_owner_of_a_number_under_which_somebody_has_a_history_is_somebody_else(
    meet: Meeting, *, together: bool
) -> None:
    old = meet(PHONE)
    meet.gives(old, 7)
    if not together:
        meet(LID)
    assert meet(LID, PHONE).id == old.id
    new = meet("999@lid", PHONE)
    assert (new.id == old.id, meet.has(new)) == (False, 0)
    assert meet("999@lid", PHONE).id == new.id
    assert meet.has(meet(LID, PHONE)) == 7


def test_who_joined_another_chat_by_wish_is_still_found_by_all_their_ids(meet: Meeting, database: Database) -> None:
    by_phone = meet(PHONE)
    with database.transaction() as session:
        telegram = people.get_or_create_account(session, meet.account.tenant_id, "telegram", "bot")
        elsewhere = people.get_or_create_person(session, telegram, "7", name="Ana", language=None)
        account_merge.merge(session, session.get_one(Person, by_phone.id), elsewhere, meet.clock())
    assert meet(LID, PHONE).id == elsewhere.id
    assert meet(LID).id == elsewhere.id


def test_another_number_that_was_joined_by_wish_does_not_make_an_id_look_taken(meet: Meeting) -> None:
    first, second = meet(PHONE), meet("5521912345678")
    with meet.db.transaction() as session:
        account_merge.merge(
            session, session.get_one(Person, second.id), session.get_one(Person, first.id), meet.clock()
        )
    assert meet(LID, PHONE).id == first.id


def test_all_ids_of_a_person_in_a_messenger_are_known_by_each(meet: Meeting) -> None:
    meet(LID, PHONE)
    with meet.db.read_transaction() as session:
        assert identities.list_external_ids(session, meet.account, LID) == {LID, PHONE}
        assert identities.list_external_ids(session, meet.account, PHONE) == {LID, PHONE}
        assert identities.list_external_ids(session, meet.account, "somebody else") == {"somebody else"}
