"""Finishing of a film whose picture is done: loudness of its sound, and subtitles as a track of their own."""
