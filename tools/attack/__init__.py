"""Attacks on the running page, each of which succeeded once: `python -m tools.attack http://127.0.0.1:8000`."""
