"""Everything that cannot be made again, in one sealed file: the database, WhatsApp's keys and the settings.

Media are not in it: they live for days, and a bucket keeps its own.
"""
