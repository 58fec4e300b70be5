"""Telegram channel, implemented with python-telegram-bot."""
