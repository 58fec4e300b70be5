"""Interfaces to the outside: conversation, messenger channels, billing, chat page and command line."""
