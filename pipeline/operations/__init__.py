"""Scheduled work beside jobs: alerting, the daily report, disks, the error log, tenants' lifecycle."""
