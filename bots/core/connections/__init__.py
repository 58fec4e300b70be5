"""Ownership of connections to messengers, one process each, and their distribution over processes."""
