"""Billing: the payment provider's adapter, and what its events do to purchases, subscriptions and credits."""
