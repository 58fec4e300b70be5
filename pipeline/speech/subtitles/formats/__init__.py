"""Readers of subtitle files that are text or XML, one module for each format or family of formats."""
