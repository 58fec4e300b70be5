"""Money: the provider's adapter, and what its news do to purchases, subscriptions and credits."""
