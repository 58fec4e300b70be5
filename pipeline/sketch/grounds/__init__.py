"""Boards as planes: surfaces, ink on them, and pictures on them."""
