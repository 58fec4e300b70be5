"""Metadata of all tables, whichever of them a process uses."""

from importlib import import_module
from pkgutil import walk_packages

from sqlmodel import SQLModel

import models

for _module in walk_packages(models.__path__, "models."):
    import_module(_module.name)  # registers the module's tables

METADATA = SQLModel.metadata
