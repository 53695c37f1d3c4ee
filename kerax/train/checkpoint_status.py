"""What a restored checkpoint gave to the objects, and what it did not."""

from __future__ import annotations

from typing import Any

from kerax.saving.load_report import LoadReport
from kerax.saving.restore import Restoration

_SHOWN = 8  # names in a message


class CheckpointStatus:
    """The outcome of ``Checkpoint.restore``: ask it to be sure that all went as meant.

    Values for variables that do not exist yet are kept and assigned when their layer or optimizer is built.

    Args:
      restoration: the checkpoint that is being put into objects.

    Example:
      >>> import tempfile, kerax
      >>> path = kerax.train.Checkpoint(w=kerax.Variable(3.0)).save(tempfile.mkdtemp() + "/ckpt")
      >>> w = kerax.Variable(0.0)
      >>> _ = kerax.train.Checkpoint(w=w).restore(path).assert_consumed()
      >>> float(w)
      3.0
    """

    def __init__(self, restoration: Restoration):
        self._restoration = restoration

    def report(self) -> LoadReport:
        """Names what was loaded, what is missing in the file, and what the file has and nothing took.

        Example:
          >>> import tempfile, kerax
          >>> path = kerax.train.Checkpoint(w=kerax.Variable(3.0)).write(tempfile.mkdtemp() + "/ckpt")
          >>> kerax.train.Checkpoint(v=kerax.Variable(0.0)).read(path).report().missing
          ["variable 'variable'"]
        """
        restoration = self._restoration
        return LoadReport(
            restoration.bundle.prefix,
            sorted(restoration.applied),
            dict(restoration.skipped),
            list(restoration.missing),
            restoration.unused(),
        )

    def assert_consumed(self) -> CheckpointStatus:
        """Checks that every object got a value and every value in the file was taken.

        Raises:
          AssertionError: naming what is left over or missing.
        """
        self.assert_existing_objects_matched()
        unused = self._restoration.unused()
        if unused:
            raise AssertionError(
                f"{len(unused)} value(s) of checkpoint {self._restoration.bundle.prefix!r} belong to no object: "
                f"{_listed(unused)}. They wait for objects that are not built yet; with expect_partial() they may stay."
            )
        return self

    def assert_existing_objects_matched(self) -> CheckpointStatus:
        """Checks that every object that exists got a value.

        Raises:
          AssertionError: naming the objects that did not.
        """
        self._restoration.apply()
        missing = self._restoration.missing
        if missing:
            raise AssertionError(
                f"Checkpoint {self._restoration.bundle.prefix!r} has no value for {len(missing)} object(s): "
                f"{_listed(missing)}."
            )
        return self

    def assert_nontrivial_match(self) -> CheckpointStatus:
        """Checks that anything at all was found.

        Raises:
          AssertionError: if no object of the program is in the checkpoint.
        """
        self._restoration.apply()
        if len(self._restoration.matched) < 2 and not self._restoration.applied:
            raise AssertionError(
                f"Nothing in checkpoint {self._restoration.bundle.prefix!r} belongs to the object: do the names of "
                "its parts agree with those it was saved under?"
            )
        return self

    def expect_partial(self) -> CheckpointStatus:
        """Says that values may be left over; kerax never warns of them."""
        return self

    def initialize_or_restore(self, session: Any = None) -> None:
        """Assigns what can be assigned; variables always have a first value, so nothing has to be initialized."""
        self._restoration.apply()

    run_restore_ops = initialize_or_restore


class NothingToRestore(CheckpointStatus):
    """The outcome of ``restore(None)``: there was no checkpoint."""

    def __init__(self) -> None:
        pass

    def report(self) -> LoadReport:
        return LoadReport("no checkpoint")

    def _none(self) -> Any:
        raise AssertionError("No checkpoint was given to restore(), so nothing was restored.")

    def assert_consumed(self) -> CheckpointStatus:
        return self._none()

    def assert_existing_objects_matched(self) -> CheckpointStatus:
        return self._none()

    def assert_nontrivial_match(self) -> CheckpointStatus:
        return self._none()

    def initialize_or_restore(self, session: Any = None) -> None:
        return None

    run_restore_ops = initialize_or_restore


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
