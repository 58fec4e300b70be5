"""Phone numbers: the language of their country, and their alternative spellings."""

import tomllib
from functools import cache
from importlib.resources import files

import phonenumbers

CHANNEL = "whatsapp"
BRAZIL_PREFIX = "55"


def language_of(phone: str) -> str | None:
    """The language tag of a number's country; None where `regions.toml` has none for it, or it is no number."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(f"+{phone}"))
    except phonenumbers.NumberParseException:
        return None
    return _load_languages().get(region) if region else None


def spellings_of(phone: str) -> frozenset[str]:
    """A number as users write it and as WhatsApp may know it.

    Brazil's mobile numbers got a ninth digit; WhatsApp still knows many accounts by the eight they had before.
    """
    if phone.startswith(BRAZIL_PREFIX) and len(phone) == 13 and phone[4] == "9":
        return frozenset({phone, phone[:4] + phone[5:]})
    if phone.startswith(BRAZIL_PREFIX) and len(phone) == 12:
        return frozenset({phone, f"{phone[:4]}9{phone[4:]}"})
    return frozenset({phone})


def expand_identities(identities: frozenset[str]) -> frozenset[str]:
    """Identities such as `whatsapp:+55 11 98765-4321` in every spelling WhatsApp may use; others unchanged."""
    expanded = set(identities)
    for channel, _, name in (identity.partition(":") for identity in identities):
        if channel == CHANNEL and "@" not in name:
            digits = phonenumbers.normalize_digits_only(name)
            expanded |= {f"{CHANNEL}:{spelling}" for spelling in spellings_of(digits)}
    return frozenset(expanded)


@cache
def _load_languages() -> dict[str, str]:
    """Language tags by country code."""
    table = tomllib.loads(files("bots.whatsapp").joinpath("regions.toml").read_text("utf-8"))
    return {region: tag for tag, regions in table.items() for region in regions}
