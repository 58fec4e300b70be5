"""Detectors that run on pictures: pure functions over arrays, in the sandboxed child."""
