"""Captions: words with their times become a film on which each lights up as it is said."""
