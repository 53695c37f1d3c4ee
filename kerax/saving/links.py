"""Links among the files of a checkpoint or model: they lead to files that nobody named, and are not followed."""

from __future__ import annotations

import os
import pathlib
from typing import Any


def refuse_link(path: Any) -> None:
    """Raises if a file that another file led to is a link.

    Args:
      path: the file; it need not exist.

    Raises:
      ValueError: naming it.

    Example:
      >>> from kerax.saving.links import refuse_link
      >>> refuse_link("no such file")
    """
    if os.path.islink(path):
        raise ValueError(f"{os.fspath(path)!r} is a link, which is not followed: put the file itself in its place.")


def refuse_links_in(folder: Any) -> None:
    """Raises if there is a link anywhere in a folder.

    Raises:
      ValueError: naming it.

    Example:
      >>> import tempfile
      >>> from kerax.saving.links import refuse_links_in
      >>> refuse_links_in(tempfile.mkdtemp())
    """
    for path in pathlib.Path(folder).rglob("*"):
        refuse_link(path)
