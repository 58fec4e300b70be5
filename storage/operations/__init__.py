"""Queries of operating the service: alerts, metrics, audit, retention, maintenance."""
