"""Pictures and short films of every caption style."""
