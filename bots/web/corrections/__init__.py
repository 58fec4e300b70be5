"""The page's editor of words: what it is given by the server."""
