"""Messenger-independent conversation logic, and the contract a messenger's channel implements."""
