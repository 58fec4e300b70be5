"""Drawing of laid out captions: from words and their states to overlays."""
