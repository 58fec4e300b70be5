"""Whisper: what its responses mean, and the model that runs on this machine."""
