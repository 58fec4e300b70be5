"""Transitions of albums: how one picture's board gives way to the next one's, in frames that change as a whole."""
