"""Tenants: as the operator runs them and their owners see them (`/tenant`), and their words (`/vocabulary`)."""
