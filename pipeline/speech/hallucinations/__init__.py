"""Detection of hallucinated text: words that nobody said."""
