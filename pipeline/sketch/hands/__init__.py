"""The drawing hand: a sculpted model of hand, tool and sleeve, rendered to a sprite."""
