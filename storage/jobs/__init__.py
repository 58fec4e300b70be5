"""Queries of jobs: creation, claims in fair order, the queue's forecast, transcripts."""
