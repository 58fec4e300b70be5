"""What WhatsApp's messages look like: every shape people send, and every one we send, as files.

After a change that is meant: `PYTHONPATH=tests python -m golden.whatsapp`, and a look at what changed.
"""
