"""Commands for administrators, on every channel alike."""
