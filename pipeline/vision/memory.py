"""Memory of the nets that see."""

from pipeline.vision import contours, irises, nets, people


def release_nets() -> None:
    """Drop all nets that this process holds, 100 MB at most; they are read again where they are needed again."""
    for load in (contours.load_net, irises.load_net, nets.load_nets, people.load_net):
        load.cache_clear()
