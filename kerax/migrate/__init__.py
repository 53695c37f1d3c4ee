"""Rewriting programs written for TensorFlow into programs written for kerax; behind ``kerax upgrade``."""

from kerax.migrate.notebook import upgrade_notebook
from kerax.migrate.source import Change, Remark, upgrade_source

__all__ = ["Change", "Remark", "upgrade_notebook", "upgrade_source"]
