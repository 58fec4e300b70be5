"""Captions step aside for faces: where else they may be, what each place costs, and the cheapest way through a film."""
