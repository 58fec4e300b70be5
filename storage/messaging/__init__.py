"""Queries of updates, the outbox, sent messages, broadcasts, and accounts of messengers."""
