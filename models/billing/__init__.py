"""Billing as rows and values: credits, prices, the catalogue, purchases and subscriptions."""
