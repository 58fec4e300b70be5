"""The work: received, submitted, claimed, rendered, settled.

Other packages see `pipeline.service` (what bots ask for), `pipeline.worker` (what does it) and the plain values beside
them; the engines are its own.
"""
