"""Drawings as data: what can be drawn first or last, and the words by which that is said."""
