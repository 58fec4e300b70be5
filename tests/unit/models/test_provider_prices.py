"""What the provider asks, by the table of prices."""

from models.provider_prices import load_provider_prices
from models.settings import Settings


def test_an_hour_of_sound_costs_what_the_table_says() -> None:
    assert load_provider_prices().compute_speech_cost(3600) == 40_000


def test_tokens_read_and_written_have_prices_of_their_own() -> None:
    assert load_provider_prices().compute_chat_cost("openai/gpt-oss-20b", 1_000_000, 0) == 75_000
    assert load_provider_prices().compute_chat_cost("openai/gpt-oss-20b", 0, 1_000_000) == 300_000


def test_the_model_of_the_default_settings_has_a_price() -> None:
    assert Settings.model_fields["groq_chat_model"].default in load_provider_prices().chat


def test_a_model_that_is_not_listed_counts_as_the_dearest() -> None:
    prices = load_provider_prices()
    dearest = max(prices.compute_chat_cost(model, 1000, 1000) for model in prices.chat)
    assert prices.compute_chat_cost("new/model", 1000, 1000) == dearest
