"""Job pipeline: jobs are submitted, claimed, rendered and settled here.

This package is its facade: bots import the names listed in `__init__.pyi` from it, and nothing else of the pipeline. A
name's module is loaded when the name is first imported, so a process loads only what it uses. Modules of the pipeline
import each other by their full names.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
