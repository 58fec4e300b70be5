"""Map of tenants to shards: rendezvous hashing, and a table of the tenants that are elsewhere."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class ShardMap:
    """Which shard, a database, has a tenant's rows.

    Each process has the whole map: the names of the shards and the exceptions, which are the tenants that were moved or
    have a shard to themselves. A new tenant needs no entry.
    """

    shards: tuple[str, ...]
    exceptions: Mapping[str, str] = field(default_factory=dict)  # shard by tenant

    def find_shard(self, tenant: str) -> str:
        return self.exceptions.get(tenant) or max(self.shards, key=lambda shard: _compute_weight(tenant, shard))

    def move_tenant(self, tenant: str, shard: str) -> "ShardMap":
        """The map once a tenant's rows are in that shard. Raises ValueError for a shard that is not in the map."""
        if shard not in self.shards:
            raise ValueError(shard)
        exceptions = {**self.exceptions, tenant: shard}
        if replace(self, exceptions={}).find_shard(tenant) == shard:
            del exceptions[tenant]
        return replace(self, exceptions=exceptions)

    def add_shard(self, shard: str, tenants: Iterable[str]) -> "ShardMap":
        """The map with one more shard, for tenants to come: those there are stay where their rows are, until moved."""
        grown = replace(self, shards=(*self.shards, shard))
        for tenant in tenants:
            grown = grown.move_tenant(tenant, self.find_shard(tenant))
        return grown

    def list_displaced(self) -> list[str]:
        """Tenants that hashing alone would put elsewhere, in the order of their names."""
        hashed = replace(self, exceptions={})
        return sorted(tenant for tenant, shard in self.exceptions.items() if hashed.find_shard(tenant) != shard)


def _compute_weight(tenant: str, shard: str) -> bytes:
    return hashlib.sha256(f"{shard}/{tenant}".encode()).digest()
