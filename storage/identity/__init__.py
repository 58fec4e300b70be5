"""Queries of tenants' users, their identities, sign-in codes and sealed account secrets."""
