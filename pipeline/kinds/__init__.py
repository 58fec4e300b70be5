"""Kinds of jobs: what each accepts, what it makes, how it is priced, limited and run. Importing this package
registers those of the product, and those of other packages (entry points `rabisco.kinds`); see `docs/kinds.md`.
"""

from models.plugins import load_plugins
from pipeline.kinds.caption import CAPTION
from pipeline.kinds.chapters import CHAPTERS
from pipeline.kinds.job_kind import JobKind
from pipeline.kinds.registry import register_kind
from pipeline.kinds.sketch import SKETCH
from pipeline.kinds.summary import SUMMARY
from pipeline.kinds.transcript import TRANSCRIPT

for _kind in (SKETCH, CAPTION, TRANSCRIPT, SUMMARY, CHAPTERS, *load_plugins("rabisco.kinds", JobKind)):
    register_kind(_kind)
