"""Bots served under leases, so that each is received for by one process of the installation."""
