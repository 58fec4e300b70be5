"""Stored media files, and what was measured of them."""
