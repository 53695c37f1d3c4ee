"""The rows of a query of an SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from kerax.data.dataset import Dataset
from kerax.data.spec import TensorSpec


class SqlDataset(Dataset):
    """The rows of a query, as tuples with one component for each column.

    Args:
      driver_name: ``"sqlite"``.
      data_source_name: the database file.
      query: what is asked.
      output_types: the dtype of every column.

    Raises:
      ValueError: for another driver.
      FileNotFoundError: while iterating, if the file is not there.

    Example:
      >>> import os, sqlite3, tempfile, kerax
      >>> file = os.path.join(tempfile.mkdtemp(), "people.db")
      >>> with sqlite3.connect(file) as db:
      ...     _ = db.execute("create table people (name text, age int)")
      ...     _ = db.execute("insert into people values ('ann', 31)")
      >>> db.close()
      >>> list(kerax.data.experimental.SqlDataset("sqlite", file, "select * from people", ("string", "int32")))
      [(b'ann', np.int32(31))]
    """

    def __init__(self, driver_name: str, data_source_name: Any, query: str, output_types: Any) -> None:
        if driver_name != "sqlite":
            raise ValueError(f"SqlDataset(driver_name=...) can be 'sqlite', received {driver_name!r}.")
        signature = tuple(TensorSpec((), dtype) for dtype in output_types)

        def rows() -> Iterator[tuple]:
            with open(data_source_name, "rb"):
                pass  # SQLite would make a missing file
            connection = sqlite3.connect(data_source_name)
            try:
                yield from connection.execute(query)
            finally:
                connection.close()

        super().__init__(Dataset.from_generator(rows, output_signature=signature)._plan)
