"""Text in pictures, by the nets of PP-OCR."""
