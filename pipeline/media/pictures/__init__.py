"""Reading of still and animated picture files."""
