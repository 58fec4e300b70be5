"""Speech: from a recording to words with times, and from subtitles to words and back."""
