"""The conversation: commands, callbacks, media and payments of one user, in no language and on no channel."""
