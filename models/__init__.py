"""The vocabulary of Rabisco: rows, values, prices, styles, errors and settings. Imports nothing of ours."""
