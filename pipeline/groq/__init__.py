"""Adapter of Groq's API: speech by Whisper, and structured answers of chat models. Runs in the worker, as it needs the
network and the API key; imported by name, and only where there is a key.
"""
