"""The life of a job: submission, claim, rendering, settlement, and the worker that runs it."""
