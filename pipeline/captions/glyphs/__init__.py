"""Glyphs: direction of text, fonts of its runs, shaping by HarfBuzz, and coverage by FreeType."""
