"""Streams of an open container: which are used, what their packets say of them, and when their frames are shown."""
