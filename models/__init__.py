"""Domain model of Rabisco: table rows, value types, prices, styles, errors and settings. Imports no other package."""
