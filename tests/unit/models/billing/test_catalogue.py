"""The price file: what a film costs, what is sold, and clear words when the file cannot be used."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.billing.catalogue import Catalogue, CatalogueError, CatalogueItem, CreditPack, read_catalogue
from models.billing.item_names import build_lookup_key, parse_lookup_key
from models.billing.plans import Plan
from models.billing.prices import Price, PriceStep

PRICE = Price(
    steps=(PriceStep(minutes=1, credits=1), PriceStep(minutes=3, credits=2), PriceStep(minutes=5, credits=3)),
    per_minute=1,
)


FREE_PLAN_OF_NO_USE = """
[price]
steps = [{ minutes = 1, credits = 1 }]
per_minute = 1
[plans.free]
credits = 1
paid = false
watermark = true
waiting = 0
longest = 60
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "prices.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("seconds", "cost"),
    [
        (0, 1),
        (10, 1),
        (60, 1),
        (60.1, 2),
        (180, 2),
        (180.5, 3),
        (300, 3),
        (301, 4),
        (360, 4),
        (361, 5),
        (600, 8),
    ],
)
def test_a_film_costs_by_its_length_each_begun_minute_beyond_the_last_step(seconds: float, cost: int) -> None:
    assert PRICE.credits_for(seconds) == cost


def test_a_longer_film_never_costs_less() -> None:
    costs = [PRICE.credits_for(seconds) for seconds in range(1200)]
    assert costs == sorted(costs)


def test_the_catalogue_that_is_shipped_gives_ten_free_credits_and_an_unmetered_owner() -> None:
    plans = read_catalogue().plans
    free, owner = plans["free"], plans["owner"]
    assert (free.credits, free.waiting, free.watermark, free.paid, free.metered) == (10, 3, True, False, True)
    assert (owner.metered, owner.waiting, owner.watermark) == (False, 20, False)


def test_a_plan_nobody_knows_counts_as_free() -> None:
    catalogue = read_catalogue()
    assert catalogue.get_plan("gold-2019") == catalogue.plans["free"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[price", "prices.toml"),
        ("[price]\nsteps = []\nper_minute = 1\n[plans]", "steps"),
        ("[price]\nsteps = [{ minutes = 1, credits = -1 }]\nper_minute = 1\n[plans]", "credits"),
        ("[price]\nsteps = [{ minutes = 1, credits = 1 }]\nper_minute = 1\ndiscount = 2\n[plans]", "discount"),
        ("[price]\nsteps = [{ minutes = 1, credits = 1 }]\nper_minute = 1\n[plans]", "'free'"),
        (
            "[price]\nsteps = [{ minutes = 3, credits = 1 }, { minutes = 1, credits = 2 }]\nper_minute = 1\n[plans]",
            "ascend",
        ),
        (FREE_PLAN_OF_NO_USE, "waiting"),
    ],
)
def test_a_price_file_that_cannot_be_used_is_refused_with_its_name_and_the_reason(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(CatalogueError) as refused:
        read_catalogue(written(tmp_path, text))
    assert "prices.toml" in str(refused.value)
    assert complaint in str(refused.value)


def test_a_price_file_that_is_not_there_or_not_text_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"nowhere\.toml"):
        read_catalogue(tmp_path / "nowhere.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogueError, match=r"binary\.toml"):
        read_catalogue(binary)


def test_the_packs_and_plans_that_are_shipped_cost_what_the_price_list_says() -> None:
    sold = {item.name: (item.credits, item.prices["brl"], item.is_recurring) for item in read_catalogue().list_items()}
    assert sold == {
        "plan:starter": (100, 1_900, True),
        "plan:pro": (500, 4_900, True),
        "plan:business": (2_000, 14_900, True),
        "pack:100": (100, 2_000, False),
        "pack:500": (500, 7_500, False),
        "pack:2000": (2_000, 20_000, False),
        "pack:10000": (10_000, 70_000, False),
    }


@pytest.mark.parametrize(("plan", "cents"), [("starter", 25), ("pro", 15), ("business", 10), ("free", None)])
def test_credits_beyond_a_plan_cost_less_the_larger_it_is(plan: str, cents: int | None) -> None:
    assert read_catalogue().extra_price_of(plan, "brl") == cents


def test_what_is_sold_is_sold_in_every_currency_people_are_shown_and_larger_packs_are_never_dearer() -> None:
    catalogue = read_catalogue()
    for currency in {catalogue.currency_for(language) for language in ("en", "pt-BR", "es", "de")}:
        each = [item.prices[currency] / item.credits for item in catalogue.list_items() if not item.is_recurring]
        assert each == sorted(each, reverse=True)
        assert all(currency in item.prices for item in catalogue.list_items())


@pytest.mark.parametrize(("language", "currency"), [("pt-BR", "brl"), ("en", "usd"), ("es", "eur"), ("de", "usd")])
def test_people_are_shown_the_currency_of_their_language(language: str, currency: str) -> None:
    assert read_catalogue().currency_for(language) == currency


def test_packs_that_are_shipped_do_not_expire() -> None:
    assert {item.days for item in read_catalogue().list_items()} == {None}


def test_every_lookup_key_leads_back_to_its_item() -> None:
    catalogue = read_catalogue()
    keys = {build_lookup_key(item.name, currency): item for item in catalogue.list_items() for currency in item.prices}
    assert "rabisco_pack_500_brl" in keys
    assert "rabisco_plan_starter_usd" in keys
    assert {key: catalogue.find_item(parse_lookup_key(key) or "") for key in keys} == keys


@given(st.from_regex(r"(pack|plan):[a-z0-9][a-z0-9-]{0,29}", fullmatch=True), st.sampled_from(["brl", "usd", "eur"]))
def test_every_name_an_item_may_have_survives_its_lookup_key(item: str, currency: str) -> None:
    assert parse_lookup_key(build_lookup_key(item, currency)) == item


@given(st.text(max_size=60))
@pytest.mark.parametrize(
    "key", ["", "pack_500_brl", "rabisco_pack_500", "rabisco_gift_500_brl", "rabisco_pack_500_brl\n"]
)
def test_a_price_that_is_not_ours_leads_to_no_item(key: str, noise: str) -> None:
    assert parse_lookup_key(key) is None
    assert parse_lookup_key(noise) is None


SHOP = """
[currencies]
en = "brl"
[price]
steps = [{ minutes = 1, credits = 1 }]
per_minute = 1
[plans.free]
credits = 10
paid = false
watermark = true
waiting = 3
longest = 300
[plans.gold]
credits = 50
paid = true
watermark = false
waiting = 5
longest = 300
prices = { brl = 990 }
[packs.10]
credits = 10
prices = { brl = 500 }
"""


def test_an_operator_may_sell_in_one_currency_alone(tmp_path: Path) -> None:
    catalogue = read_catalogue(written(tmp_path, SHOP))
    assert catalogue.list_items() == [
        CatalogueItem("plan:gold", 50, {"brl": 990}, plan="gold"),
        CatalogueItem("pack:10", 10, {"brl": 500}),
    ]
    assert catalogue.currency_for("pt-BR") == "brl"


def test_something_without_prices_is_not_sold_but_who_has_paid_for_it_gets_it(tmp_path: Path) -> None:
    text = SHOP.replace("prices = { brl = 990 }\n", "").replace("prices = { brl = 500 }\n", "")
    catalogue = read_catalogue(written(tmp_path, text))
    assert catalogue.list_items() == []
    gold, pack = catalogue.find_item("plan:gold"), catalogue.find_item("pack:10")
    assert (gold and gold.credits, pack and pack.credits) == (50, 10)


@pytest.mark.parametrize("name", ["pack:11", "plan:free", "plan:owner", "gold", ""])
def test_what_was_never_sold_is_no_item(name: str) -> None:
    assert read_catalogue().find_item(name) is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("brl = 500", "brl = 5", "packs.10.prices: brl: 5 is too little; amounts are in cents"),
        ("brl = 500", "brl = 5.5", "packs.10.prices.brl"),
        ("brl = 500", "gbp = 500", "packs.10.prices: gbp"),
        ("brl = 500", "usd = 500", "packs.10.prices: there is none in brl"),
        ("brl = 500", "brl = 500, xtr = 0", "packs.10.prices: xtr: 0 is too little"),
        ("[packs.10]", '[packs."10 credits"]', "packs: '10 credits'"),
        ("[plans.gold]", "[plans.Gold_Plan]", "plans: 'Gold_Plan'"),
        ('en = "brl"', 'pt-BR = "brl"', "currencies: there must be one for `en`"),
        ('en = "brl"', 'en = "xtr"', "currencies.en: 'xtr'"),
        ("credits = 50\npaid = true", "credits = 50\npaid = false", "plans.gold.prices: only a plan that is paid"),
        ("credits = 50\n", "credits = 0\n", "plans.gold.credits"),
        ("prices = { brl = 990 }", "prices = { brl = 990 }\nextra = { usd = 5 }", "plans.gold.extra: the plan itself"),
        ("prices = { brl = 990 }", "prices = { brl = 990 }\nextra = { xtr = 5 }", "plans.gold.extra: xtr"),
        ("prices = { brl = 990 }", "prices = { brl = 990 }\nextra = { brl = 0 }", "plans.gold.extra: brl"),
        ("credits = 10\npaid = false", "credits = 10\npaid = true", "plans.free.paid"),
        (
            "waiting = 5\n",
            'waiting = 5\nlanguages = ["pt", "klingon"]\n',
            "plans.gold.languages: no such language: klingon",
        ),
        ("waiting = 5\nlongest = 300", "waiting = 5\nlongest = 3000", "plans.gold.longest: a plan may lower"),
        ("waiting = 5\n", "waiting = 5\nmax_bytes = 0\n", "plans.gold.max_bytes"),
    ],
)
def test_what_is_wrong_with_what_is_sold_is_told_with_its_field(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in SHOP
    with pytest.raises(CatalogueError) as refused:
        read_catalogue(written(tmp_path, SHOP.replace(old, new)))
    assert f"prices.toml: {complaint}" in str(refused.value)


def test_several_wrong_fields_are_told_at_once(tmp_path: Path) -> None:
    text = SHOP.replace("waiting = 5", "waiting = 0").replace("brl = 500", "brl = 5")
    with pytest.raises(CatalogueError, match=r"plans\.gold\.waiting: .*; packs\.10\.prices: "):
        read_catalogue(written(tmp_path, text))


@pytest.mark.parametrize(
    ("priority", "goes_first"), [(None, (False, True)), (True, (True, True)), (False, (False, False))]
)
def test_a_plan_goes_first_when_it_says_so_or_is_paid(priority: bool | None, goes_first: tuple[bool, bool]) -> None:
    plan = read_catalogue().plans["free"].model_copy(update={"priority": priority})
    assert (plan.has_priority, plan.model_copy(update={"paid": True}).has_priority) == goes_first


@pytest.mark.parametrize(
    ("languages", "language", "hears"),
    [
        (None, "ja", True),
        (("pt", "en"), "pt", True),
        (("pt", "en"), "pt-BR", True),
        (("pt", "en"), "portuguese", True),
        (("pt", "en"), "auto", True),
        (("pt", "en"), "ja", False),
        ((), "en", False),
    ],
)
def test_a_plan_hears_the_languages_it_names(languages: tuple[str, ...] | None, language: str, hears: bool) -> None:
    plan: Plan = read_catalogue().plans["free"].model_copy(update={"languages": languages})
    assert plan.can_transcribe(language) is hears


def test_the_free_plan_that_is_shipped_hears_every_language() -> None:
    catalogue: Catalogue = read_catalogue()
    assert catalogue.get_plan("free").languages is None


@pytest.mark.parametrize(
    ("links", "wrong"),
    [
        ({"brl": "http://buy.stripe.com/x"}, "a Payment Link begins with https://"),
        ({"gbp": "https://buy.stripe.com/x"}, "a Payment Link begins with https://"),
    ],
)
def test_a_static_link_is_an_address_of_a_currency_that_is_sold_in(links: dict[str, str], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        CreditPack(credits=1, prices={"brl": 100}, links=links)
