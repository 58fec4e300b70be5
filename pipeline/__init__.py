"""Job pipeline: jobs are submitted, claimed, rendered and settled here.

Other packages use `pipeline.jobs.service` (the facade for bots), `pipeline.jobs.worker` (the worker pool) and the
plain values beside them; the engines are private to this package.
"""
