"""Titles: words that the hand writes above a picture."""
