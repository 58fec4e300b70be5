"""Speech engine: transcribes recordings to timed words, and converts between subtitle files and words."""
