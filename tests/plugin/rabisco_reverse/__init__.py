"""A plug-in: films played backwards. Nothing in the product knows of it."""
