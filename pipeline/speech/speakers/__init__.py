"""Whose voice is heard: where another speaker begins."""
