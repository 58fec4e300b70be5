"""The provider's prices of what the catalogue sells."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bots.billing.port import PaymentProvider, Price
from models.catalogue import Catalogue, Item, item_of, lookup_key
from storage.db import Clock

FRESH = timedelta(minutes=5)


@dataclass(slots=True)
class PriceList:
    """Asks the provider when it must, and remembers its answers for a while. Threads may share it."""

    provider: PaymentProvider
    catalogue: Catalogue
    clock: Clock
    _current: dict[str, tuple[Price, datetime]] = field(default_factory=dict)  # by lookup key
    _items: dict[str, str | None] = field(default_factory=dict)  # what a price is of, which never changes
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def price_of(self, item: str, currency: str) -> Price | None:
        """The provider's price of an item now."""
        key, now = lookup_key(item, currency), self.clock()
        with self._lock:
            found, asked_at = self._current.get(key, (None, now - FRESH))
        if now - asked_at >= FRESH:
            found = next(iter(self.provider.prices([key])), None)
            if found is not None:
                with self._lock:
                    self._current[key] = found, now
        return found

    def item_of(self, price: str) -> Item | None:
        """What a price is of, also one that has been replaced; None when it is of nothing we sell."""
        with self._lock:
            is_known, name = price in self._items, self._items.get(price)
        if not is_known:
            name = item_of(self.provider.price(price).lookup_key)
            with self._lock:
                self._items[price] = name
        return self.catalogue.item(name) if name else None
