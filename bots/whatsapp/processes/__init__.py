"""Gateway processes of WhatsApp numbers, and the supervisor that starts them."""
