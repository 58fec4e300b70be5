"""Strokes selected, grouped, ordered and timed."""
