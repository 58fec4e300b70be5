"""Cache of the provider's prices of the catalogue's items."""

import threading
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import timedelta
from operator import attrgetter

from cachetools import TTLCache, cachedmethod

from bots.billing.provider import PaymentProvider, ProviderPrice
from models.billing.catalogue import Catalogue, CatalogueItem
from models.billing.item_names import build_lookup_key, parse_lookup_key
from storage.clock import Clock

CACHE_LIFETIME = timedelta(minutes=5)
MAX_PRICES = 1024  # an item in a currency each


@dataclass  # without slots: cachedmethod needs a `__dict__`
class PriceList:
    """Fetches prices from the provider and caches them. Thread-safe."""

    provider: PaymentProvider
    catalogue: Catalogue
    clock: Clock
    _prices: MutableMapping[str, ProviderPrice] = field(init=False)  # active ones by lookup key
    _item_names: dict[str, str | None] = field(default_factory=dict)  # by price id, which never changes
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._prices = TTLCache(MAX_PRICES, CACHE_LIFETIME, timer=self.clock)

    def price_of(self, item: str, currency: str) -> ProviderPrice | None:
        """The provider's active price of an item, at most `CACHE_LIFETIME` old; None when there is none."""
        key = build_lookup_key(item, currency)
        with self._lock:
            found = self._prices.get(key)
        if found is None and (found := next(iter(self.provider.list_prices([key])), None)) is not None:
            with self._lock:
                self._prices[key] = found
        return found

    def item_of(self, price: str) -> CatalogueItem | None:
        """The item of a price id, also of a replaced price; None when it belongs to no item of the catalogue."""
        name = self._name_of_item(price)
        return self.catalogue.find_item(name) if name else None

    @cachedmethod(attrgetter("_item_names"), lock=attrgetter("_lock"))
    def _name_of_item(self, price: str) -> str | None:
        return parse_lookup_key(self.provider.retrieve_price(price).lookup_key)
