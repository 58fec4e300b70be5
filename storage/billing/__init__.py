"""Queries of the ledger, purchases, subscriptions, refunds and the payment provider's events."""
