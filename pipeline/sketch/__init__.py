"""Pictures become films of their drawing: lines, order, a hand, and colour."""
