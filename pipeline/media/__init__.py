"""Reading and writing of media files; the only importer of codecs."""
