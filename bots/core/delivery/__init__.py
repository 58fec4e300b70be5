"""Delivery of outbox messages: rendering, sending, progress, broadcasts and e-mail."""
