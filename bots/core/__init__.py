"""The conversation, which knows no messenger, and the contract a messenger fulfils."""
