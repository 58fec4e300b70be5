"""Kinds of jobs: what each accepts, what it makes, how it is priced, limited and run. Importing this package
registers those of the product; `docs/kinds.md` says how another is added.
"""

from pipeline.kinds.caption import CAPTION
from pipeline.kinds.registry import register_kind
from pipeline.kinds.sketch import SKETCH
from pipeline.kinds.transcript import TRANSCRIPT

for _kind in (SKETCH, CAPTION, TRANSCRIPT):
    register_kind(_kind)
