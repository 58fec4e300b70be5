"""Caption styles in the conversation: their carousel, brand kits, and the styles of tenants."""
