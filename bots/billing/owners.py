"""Purchase of a Checkout Session: the one it was created for, or, for a static Payment Link, one of the user in its
signed reference."""

from collections.abc import Sequence

from sqlmodel import Session

from bots.billing import references
from bots.billing.counter import Counter, Foreign, NotYet
from bots.billing.port import Checkout
from models.catalogue import Item
from models.columns import new_id
from models.payments import Provider, Purchase, PurchaseStatus
from models.people import Person
from storage import purchases


def purchase_of(session: Session, counter: Counter, checkout: Checkout, items: Sequence[Item | None]) -> Purchase:
    """Find or create the purchase. Raises PurchaseNotFound when it is missing, and UnrelatedObject for a session we did
    not create."""
    found = purchases.named(session, counter.tenant_id, checkout.id)
    if found is not None:
        return found
    if "purchase_id" in checkout.metadata:
        return _promised(session, counter, checkout)
    return _linked(session, counter, checkout, next(filter(None, items), None))


def _promised(session: Session, counter: Counter, checkout: Checkout) -> Purchase:
    """A purchase whose session id a crash lost gets it back; a second session of a purchase becomes a new purchase."""
    found = purchases.known(session, counter.tenant_id, checkout.metadata["purchase_id"])
    if found is None:
        raise NotYet(checkout.id)
    if found.external_id is None:
        return found
    again = {"id": new_id(), "external_id": checkout.id, "status": PurchaseStatus.OPEN, "delivery_id": None}
    return _kept(session, Purchase(**found.model_dump() | again | {"payment_id": None, "url": None}))


def _linked(session: Session, counter: Counter, checkout: Checkout, item: Item | None) -> Purchase:
    """The reference comes from a URL anybody can edit, so it only names the user; the item is the provider's."""
    person_id = references.person_of(counter.secret, checkout.reference, checkout.created_at)
    person = session.get(Person, person_id) if person_id and counter.secret else None
    address = purchases.address_of(session, person) if person else None
    if person is None or address is None or item is None or person.tenant_id != counter.tenant_id:
        raise Foreign(checkout.id)
    if (asked := purchases.without_session(session, person, item.name, checkout.currency)) is not None:
        return asked
    now = counter.db.clock()
    bought = Purchase(
        tenant_id=person.tenant_id,
        person_id=person.id,
        address_id=address.id,
        provider=Provider.STRIPE,
        item=item.name,
        currency=checkout.currency,
        amount=checkout.amount,
        status=PurchaseStatus.OPEN,
        external_id=checkout.id,
        created_at=now,
        checked_at=now,
    )
    return _kept(session, bought)


def _kept(session: Session, purchase: Purchase) -> Purchase:
    """Insert the purchase, or load the row another process inserted first."""
    purchases.keep(session, purchase)
    found = purchases.named(session, purchase.tenant_id, str(purchase.external_id))
    assert found is not None  # noqa: S101 - it was inserted above or stood before
    return found
