"""Tenants, accounts, users and their addresses, sessions, one-time codes and roles."""
