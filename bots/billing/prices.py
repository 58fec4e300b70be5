"""Cache of the provider's prices of the catalogue's items."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bots.billing.provider import PaymentProvider, ProviderPrice
from models.billing.catalogue import Catalogue, CatalogueItem, build_lookup_key, parse_lookup_key
from storage.db import Clock

CACHE_LIFETIME = timedelta(minutes=5)


@dataclass(slots=True)
class PriceList:
    """Fetches prices from the provider and caches them. Thread-safe."""

    provider: PaymentProvider
    catalogue: Catalogue
    clock: Clock
    _current: dict[str, tuple[ProviderPrice, datetime]] = field(default_factory=dict)  # by lookup key
    _items: dict[str, str | None] = field(default_factory=dict)  # item name by price id, which never changes
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def price_of(self, item: str, currency: str) -> ProviderPrice | None:
        """The provider's active price of an item, at most `CACHE_LIFETIME` old; None when there is none."""
        key, now = build_lookup_key(item, currency), self.clock()
        with self._lock:
            found, asked_at = self._current.get(key, (None, now - CACHE_LIFETIME))
        if now - asked_at >= CACHE_LIFETIME:
            found = next(iter(self.provider.list_prices([key])), None)
            if found is not None:
                with self._lock:
                    self._current[key] = found, now
        return found

    def item_of(self, price: str) -> CatalogueItem | None:
        """The item of a price id, also of a replaced price; None when it belongs to no item of the catalogue."""
        with self._lock:
            is_known, name = price in self._items, self._items.get(price)
        if not is_known:
            name = parse_lookup_key(self.provider.retrieve_price(price).lookup_key)
            with self._lock:
                self._items[price] = name
        return self.catalogue.find_item(name) if name else None
