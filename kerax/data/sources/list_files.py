"""File names by pattern."""

from __future__ import annotations

import glob
import os
from typing import Any

import numpy as np


def matching_files(pattern: Any) -> list[str]:
    """Returns the files that match one or several patterns, sorted; those that begin with a dot, too. A file that
    matches several patterns is there several times.

    Args:
      pattern: a glob pattern, or a list of them.

    Returns:
      File names, in the order of their bytes.

    Example:
      >>> import os, tempfile, kerax.data.io
      >>> from kerax.data.sources.list_files import matching_files
      >>> folder = tempfile.mkdtemp()
      >>> kerax.data.io.write_file(os.path.join(folder, "a.txt"), "")
      >>> [os.path.basename(name) for name in matching_files(os.path.join(folder, "*.txt"))]
      ['a.txt']
    """
    if isinstance(pattern, np.ndarray):
        pattern = pattern.ravel().tolist()
    patterns = [pattern] if isinstance(pattern, (str, bytes, os.PathLike)) else list(pattern)
    found = [name for one in patterns for name in glob.glob(os.fsdecode(one), include_hidden=True)]
    return sorted(found, key=os.fsencode)
