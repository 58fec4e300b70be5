"""Signing in to the chat page, and its sessions."""
