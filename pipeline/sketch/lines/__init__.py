"""From a picture to line art: filters, tracing, hatching, eyes, regions."""
