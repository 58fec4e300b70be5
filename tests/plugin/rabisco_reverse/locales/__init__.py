"""Texts of the plug-in."""
