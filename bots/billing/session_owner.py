"""Purchase of a Checkout Session: the one it was created for, or, for a static Payment Link, one of the user in its
signed reference."""

from collections.abc import Sequence

from sqlmodel import Session

from bots.billing import signed_refs
from bots.billing.context import BillingContext, PurchaseNotFound, UnrelatedObject
from bots.billing.provider import CheckoutSession
from models.billing.catalogue import CatalogueItem
from models.billing.payments import Provider, Purchase, PurchaseStatus
from models.columns import generate_id
from models.identity.people import Person
from storage.billing import purchases


def resolve_purchase(
    session: Session, context: BillingContext, checkout: CheckoutSession, items: Sequence[CatalogueItem | None]
) -> Purchase:
    """Find or create the purchase. Raises PurchaseNotFound when it is missing, and UnrelatedObject for a session we did
    not create."""
    found = purchases.find_by_external_id(session, context.tenant_id, checkout.id)
    if found is not None:
        return found
    if "purchase_id" in checkout.metadata:
        return _resolve_by_metadata(session, context, checkout)
    return _resolve_by_reference(session, context, checkout, next(filter(None, items), None))


def _resolve_by_metadata(session: Session, context: BillingContext, checkout: CheckoutSession) -> Purchase:
    """A purchase whose session id a crash lost gets it back; a second session of a purchase becomes a new purchase."""
    found = purchases.find_by_reference(session, context.tenant_id, checkout.metadata["purchase_id"])
    if found is None:
        raise PurchaseNotFound(checkout.id)
    if found.external_id is None:
        return found
    changes = {"id": generate_id(), "external_id": checkout.id, "status": PurchaseStatus.OPEN, "delivery_id": None}
    return _insert_or_load(session, Purchase(**found.model_dump() | changes | {"payment_id": None, "url": None}))


def _resolve_by_reference(
    session: Session, context: BillingContext, checkout: CheckoutSession, item: CatalogueItem | None
) -> Purchase:
    """The reference comes from a URL anybody can edit, so it only names the user; the item is the provider's."""
    person_id = signed_refs.person_id_from(context.secret, checkout.reference, checkout.created_at)
    person = session.get(Person, person_id) if person_id and context.secret else None
    address = purchases.address_of(session, person) if person else None
    if person is None or address is None or item is None or person.tenant_id != context.tenant_id:
        raise UnrelatedObject(checkout.id)
    if (pending := purchases.find_by_static_link(session, person, item.name, checkout.currency)) is not None:
        return pending
    now = context.db.clock()
    purchase = Purchase(
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
    return _insert_or_load(session, purchase)


def _insert_or_load(session: Session, purchase: Purchase) -> Purchase:
    """Insert the purchase, or load the row another process inserted first."""
    purchases.insert(session, purchase)
    found = purchases.find_by_external_id(session, purchase.tenant_id, str(purchase.external_id))
    assert found is not None  # noqa: S101 - it was inserted above or stood before
    return found
