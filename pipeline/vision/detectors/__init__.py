"""Detectors of what is in a picture, by name."""
