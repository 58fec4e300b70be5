"""Attacks on the running product, by the lines of promises that they try to break."""
