"""Rows of operating the service: alerts, backups, error events, health readings."""
