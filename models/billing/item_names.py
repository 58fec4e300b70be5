"""Names of plans and packs, and the lookup keys of their prices at the payment provider."""

import re

NAME_PATTERN = "[a-z0-9][a-z0-9-]{0,29}"


def validate_names(tables: dict[str, object]) -> dict[str, object]:
    """Check the names of a catalogue's tables. Raises ValueError."""
    for name in tables:
        if not re.fullmatch(NAME_PATTERN, name):
            raise ValueError(f"{name!r}: a name is of a-z, 0-9 and -, at most 30 of them")
    return tables


def build_lookup_key(item: str, currency: str) -> str:
    """Lookup key of an item's price at the provider: `rabisco_pack_500_brl`."""
    return f"rabisco_{item.replace(':', '_')}_{currency}"


def parse_lookup_key(lookup_key: str) -> str | None:
    """The item of a lookup key, `pack:500`; None for a price that is not ours."""
    match = re.fullmatch(f"rabisco_(pack|plan)_({NAME_PATTERN})_[a-z]{{3}}", lookup_key)
    return f"{match[1]}:{match[2]}" if match else None
