"""Attacks on the running page, each of which succeeded once."""
