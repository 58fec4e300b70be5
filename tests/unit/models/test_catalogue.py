"""The price file: what a film costs, and clear words when the file cannot be used."""

from pathlib import Path

import pytest

from models.catalogue import CatalogueError, Price, PriceStep, read_catalogue

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
    assert PRICE.of(seconds) == cost


def test_a_longer_film_never_costs_less() -> None:
    costs = [PRICE.of(seconds) for seconds in range(1200)]
    assert costs == sorted(costs)


def test_the_catalogue_that_is_shipped_gives_ten_free_credits_and_an_unmetered_owner() -> None:
    plans = read_catalogue().plans
    free, owner = plans["free"], plans["owner"]
    assert (free.credits, free.waiting, free.watermark, free.paid, free.metered) == (10, 3, True, False, True)
    assert (owner.metered, owner.waiting, owner.watermark) == (False, 20, False)


def test_a_plan_nobody_knows_counts_as_free() -> None:
    catalogue = read_catalogue()
    assert catalogue.plan("gold-2019") == catalogue.plans["free"]


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
