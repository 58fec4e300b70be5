"""Bundled fonts that are made from those of packages: subsets of large ones."""
