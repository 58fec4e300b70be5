"""Check of a provider's account against the catalogue: missing or wrong prices, missing portal configurations."""

from dataclasses import dataclass

from bots.billing.provider import PaymentProvider
from models.billing.catalogue import Catalogue
from models.billing.item_names import build_lookup_key
from models.billing.prices import STARS_CURRENCY


@dataclass(frozen=True, slots=True)
class CatalogueCheck:
    """Result of a check: the lookup keys of all expected prices, of those that are missing and of those with another
    amount; and the currencies without a customer portal.
    """

    expected: tuple[str, ...]
    missing: tuple[str, ...]
    mismatched: tuple[str, ...]
    currencies_without_portal: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        return not (self.missing or self.mismatched or self.currencies_without_portal)


def check_catalogue(provider: PaymentProvider, catalogue: Catalogue) -> CatalogueCheck:
    """Compare the provider's prices with the catalogue. Raises ProviderUnavailable and ProviderRejected."""
    amounts = {
        build_lookup_key(item.name, currency): amount
        for item in catalogue.list_items()
        for currency, amount in item.prices.items()
        if currency != STARS_CURRENCY
    }
    found = {price.lookup_key: price.amount for price in provider.list_prices(tuple(amounts))}
    missing = tuple(key for key in amounts if key not in found)
    wrong = tuple(key for key in found if found[key] != amounts.get(key))
    currencies = {currency for item in catalogue.list_items() for currency in item.prices} - {STARS_CURRENCY}
    return CatalogueCheck(tuple(amounts), missing, wrong, tuple(sorted(currencies - provider.list_portal_currencies())))
