"""The only code that opens a database, a Redis key or a media file."""
