"""Memory of the nets that see.

Nets that run once a picture are dropped after it: together they would take 400 MB, one after the other 160 MB.
"""

import ctypes

from pipeline.vision import irises, nets
from pipeline.vision.text import reading


def release_nets() -> None:
    """Drop the nets that this process keeps for several runs, and give their memory back to the system."""
    for load in (irises.load_net, nets.load_nets, reading.load_net):
        load.cache_clear()
    if trim_heap := getattr(ctypes.CDLL(None), "malloc_trim", None):  # of glibc; others have none
        trim_heap(0)
