"""Sandboxed child processes in which every byte a user sent is opened."""
