"""Backups of everything that cannot be recreated, in one encrypted file: database, WhatsApp keys and settings.

Media are not in it: they live for days, and a bucket is durable by itself.
"""
