"""What a loading function did with every weight, and how the changes are made all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kerax.dtypes import device_dtype
from kerax.functional.transfer import device_array
from kerax.state import Variable

_SHOWN = 8  # paths of one kind in a message


@dataclass
class LoadReport:
    """Which weights a file gave to a model, by path.

    Args:
      source: the file.
      loaded: paths of the variables that got a value.
      skipped: path to the reason, for variables whose stored value does not fit and was left out as asked.
      missing: paths of variables that the file has no value for.
      unused: places in the file that no variable asked for.

    Example:
      >>> from kerax.saving.load_report import LoadReport
      >>> print(LoadReport("a.weights.h5", loaded=["dense/kernel"], missing=["dense/bias"]))
      'a.weights.h5': 1 weight loaded; 1 missing: dense/bias
    """

    source: str
    loaded: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def is_partial(self) -> bool:
        """Whether some variable kept the value that it had."""
        return bool(self.skipped or self.missing)

    def __str__(self) -> str:
        parts = [f"{self.source!r}: {len(self.loaded)} weight{'s' if len(self.loaded) != 1 else ''} loaded"]
        for name, paths in (
            ("skipped", list(self.skipped.values())),
            ("missing", self.missing),
            ("unused", self.unused),
        ):
            if paths:
                more = ", ..." if len(paths) > _SHOWN else ""
                parts.append(f"{len(paths)} {name}: {', '.join(paths[:_SHOWN])}{more}")
        return "; ".join(parts)

    def assert_consumed(self) -> LoadReport:
        """Raises ``AssertionError`` if a variable got no value or a value no variable, as tf.keras's status does."""
        if self.is_partial or self.unused:
            raise AssertionError(str(self))
        return self

    def assert_existing_objects_matched(self) -> LoadReport:
        """Raises ``AssertionError`` if a variable got no value."""
        if self.is_partial:
            raise AssertionError(str(self))
        return self

    def expect_partial(self) -> LoadReport:
        """Returns the report; tf.keras is told with this that values may be left over."""
        return self


class Pending:
    """Assignments that are checked one by one and made together: a refused file changes nothing.

    Args:
      report: where they are noted.
      skip_mismatch: whether values that do not fit are noted and left out instead of raising.
    """

    def __init__(self, report: LoadReport, skip_mismatch: bool = False):
        self.report, self.skip_mismatch = report, skip_mismatch
        self._plan: list[tuple[Variable, Any]] = []
        self._own: list[tuple[Any, dict[str, Any]]] = []

    def add(self, variable: Variable, stored: Any, hint: str = "Is it the file of another model?") -> None:
        """Notes that a variable shall get a stored array (something with ``shape``, ``place``, ``what``, ``read``).

        Raises:
          ValueError: if the shapes differ, unless such values are skipped.
        """
        if tuple(stored.shape) == tuple(variable.shape):
            self._plan.append((variable, stored))
            self.report.loaded.append(variable.path)
            return
        self.refuse(
            [variable],
            f"weight {variable.path!r} ({stored.what}) has shape {tuple(variable.shape)}, the file holds "
            f"{tuple(stored.shape)}",
            hint,
        )

    def refuse(self, variables: list[Variable], reason: str, hint: str = "") -> None:
        """Skips variables for a reason, or raises ``ValueError`` with it."""
        if not self.skip_mismatch:
            raise ValueError(f"load_weights(): {reason}. {hint}".rstrip())
        for variable in variables:
            self.report.skipped[variable.path] = reason

    def add_own(self, load: Any, arrays: dict[str, Any]) -> None:
        """Notes that a layer's own ``load_own_variables`` shall get arrays by name, before anything is assigned."""
        self._own.append((load, arrays))

    def commit(self) -> None:
        """Reads and assigns. Arrays that could turn out damaged are read once before anything is assigned."""
        for variable, stored in self._plan:
            narrower = _may_overflow(stored, variable)
            if getattr(stored, "compressed", False) or narrower:
                value = stored.read()
                if narrower:
                    _check_range(value, variable, stored)
        own = [variable for load, _ in self._own for variable in getattr(load.__self__, "variables", ())]
        before: list[tuple[Variable, Any]] = [(variable, variable.read()) for variable in own]
        try:
            for load, arrays in self._own:  # a user's code, which may refuse too
                load({name: getattr(stored, "read_unasked", stored.read)() for name, stored in arrays.items()})
            for variable, stored in self._plan:
                value = np.asarray(stored.read())
                kept = variable.read() if value.nbytes <= _KEPT else None
                _assign_read(variable, value)
                del value  # before the next one is read
                if kept is not None:
                    before.append((variable, kept))
        except BaseException:
            for variable, kept in before:
                variable.assign(kept)
            raise


def _assign_read(variable: Variable, value: np.ndarray) -> None:
    """Assigns an array that was just read, and that nobody else holds: it need not be copied where it can be used."""
    numbers = value.dtype.kind in "biuf"
    variable.assign(device_array(value, device_dtype(variable.dtype)).block_until_ready() if numbers else value)


def _may_overflow(stored: Any, variable: Variable) -> bool:
    """Whether whole numbers of a stored array may be out of a variable's range: 64-bit ids, which JAX makes 32-bit."""
    found, own = getattr(stored, "dtype", None), np.dtype(device_dtype(variable.dtype))
    return found is not None and found.kind in "iu" and own.kind in "iu" and not np.can_cast(found, own)


def _check_range(value: Any, variable: Variable, stored: Any) -> None:
    limits = np.iinfo(device_dtype(variable.dtype))
    if value.size and not (limits.min <= value.min() and value.max() <= limits.max):
        largest = max(value.min(), value.max(), key=abs)
        raise ValueError(
            f"load_weights(): weight {variable.path!r} ({stored.what}) has dtype {limits.dtype}, the file holds "
            f"{largest}, which does not fit into it. JAX's integers have 32 bits unless jax_enable_x64 is set."
        )


_KEPT = 2**20  # bytes up to which an old value is kept until all are assigned; larger ones would double the memory
