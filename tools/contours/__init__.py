"""Bases of the layers of the net for contours, which make it faster."""
