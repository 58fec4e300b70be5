"""Webhook events of the payment provider, and the comparison with its records."""
