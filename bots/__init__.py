"""Every way in and out: conversation, channels, page and command line."""
