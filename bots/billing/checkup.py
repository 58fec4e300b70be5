"""Check of a provider's account against the catalogue: missing or wrong prices, missing portal configurations."""

from dataclasses import dataclass

from bots.billing.port import PaymentProvider
from models.catalogue import Catalogue, lookup_key
from models.prices import STARS


@dataclass(frozen=True, slots=True)
class Checkup:
    """Result of a check: the lookup keys of all expected prices, of those that are missing and of those with another
    amount; and the currencies without a customer portal.
    """

    wanted: tuple[str, ...]
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    portals: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        return not (self.missing or self.wrong or self.portals)


def check_up(provider: PaymentProvider, catalogue: Catalogue) -> Checkup:
    """Compare the provider's prices with the catalogue. Raises ProviderUnavailable and ProviderRejected."""
    amounts = {
        lookup_key(item.name, currency): amount
        for item in catalogue.items()
        for currency, amount in item.prices.items()
        if currency != STARS
    }
    found = {price.lookup_key: price.amount for price in provider.prices(tuple(amounts))}
    missing = tuple(key for key in amounts if key not in found)
    wrong = tuple(key for key in found if found[key] != amounts.get(key))
    currencies = {currency for item in catalogue.items() for currency in item.prices} - {STARS}
    return Checkup(tuple(amounts), missing, wrong, tuple(sorted(currencies - provider.portal_currencies())))
