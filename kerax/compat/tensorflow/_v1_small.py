"""Small rests of ``tf.compat.v1``: files beside a program, checks of variables."""

from __future__ import annotations

import os
import sys
from typing import Any

from kerax.compat.tensorflow._graph import Deferred


def get_data_files_path() -> str:
    """The folder of the file that calls."""
    return os.path.dirname(os.path.abspath(sys._getframe(1).f_code.co_filename))


def get_path_to_datafile(path: str) -> str:
    """A path as it is seen from the folder of the file that calls."""
    return os.path.join(os.path.dirname(os.path.abspath(sys._getframe(1).f_code.co_filename)), path)


def load_resource(path: str) -> bytes:
    """The content of a file."""
    with open(path, "rb") as file:
        return file.read()


def readahead_file_path(path: str, readahead: str = "128M") -> str:
    """The path itself."""
    return path


def assert_variables_initialized(var_list: Any = None) -> Deferred:
    """Nothing is left to do: variables have values from the beginning."""
    return Deferred(lambda evaluation: None, "assert_variables_initialized")
