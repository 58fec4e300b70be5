"""Media files under random keys: stores, references, the local cache, staged uploads."""
