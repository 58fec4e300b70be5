"""Looks of captions as data: styles, motions, places in the picture, and the order of fonts."""
