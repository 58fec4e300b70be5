"""Pictures and sounds in and out of files: the only importer of codecs."""
