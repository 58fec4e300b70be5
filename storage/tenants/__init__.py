"""Queries of tenants: creation, limits, reports, erasure."""
