"""Rasterized strokes, the hand, and colour, composed on the whiteboard."""
