"""Backups of a run of ``fit``: what they hold, when they are made, and how a run goes on from one."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.callbacks import BackupAndRestore, CallbackList
from kerax.callbacks.backup_file import BackupFile, plain_part
from kerax.state import rng
from kerax.tape.jitted import compile_at_once
from kerax.training.positions import random_state, restore_random_state
from kerax.training.session import StateSession
from kerax.training.sources import Chunk
from kerax.training.variables import GROUPS


class NoBackup:
    """A run that nobody keeps; the loop asks it the same questions."""

    def begin(self, first: int) -> tuple[int, dict[str, Any]]:
        """After ``on_train_begin``: the first epoch, and the logs of the one before it."""
        return first, {}

    def resume(self, epoch: int) -> tuple[int, dict[str, Any] | None]:
        """After ``on_epoch_begin``: how many batches of the epoch are done, and the logs of the last of them."""
        return 0, None

    def cut(self, chunks: Iterable[Chunk]) -> Iterable[Chunk]:
        """The chunks, cut where the run is to be saved."""
        return chunks

    def after_call(self, epoch: int, done: int, logs: Any) -> None:
        """After a program call and its hooks."""

    def after_epoch(self, epoch: int, logs: dict[str, Any]) -> None:
        """After an epoch and its hooks."""

    def close(self) -> None:
        """After the run, however it ended."""


class RunBackup(NoBackup):
    """Saves a run as its ``BackupAndRestore`` callback says, and restores it.

    Args:
      keeper: the callback.
      model: is trained.
      session: owns the arrays.
      source: of the training batches.
      validation: of the validation batches, or None.
      callbacks: all of them; their states are part of a backup.
    """

    def __init__(
        self,
        keeper: BackupAndRestore,
        model: Any,
        session: StateSession,
        source: Any,
        validation: Any,
        callbacks: CallbackList,
    ):
        self._keeper, self._model, self._session, self._callbacks = keeper, model, session, callbacks
        self._sources = [source] if validation is None else [source, validation]
        self._every, self._waiting = keeper.every, 0
        self._found: BackupFile | None = None
        self._now: tuple[int, int, Any] = (0, 0, {})  # epoch, batches done, logs
        self._over = False  # whether a callback had ended the epoch that goes on
        for one in self._sources:
            one.track(self._every)
        keeper.attach(self)
        compile_at_once(True)

    # ---- going on ---------------------------------------------------------------------------------------------------
    def begin(self, first: int) -> tuple[int, dict[str, Any]]:
        """Restores an interrupted run, if there is one."""
        self._found = found = self._keeper.read()
        if found is None:
            return first, {}
        facts = found.facts
        self._restore(found, data=not facts["done"])
        if not facts["done"]:
            self._found = None  # between two epochs: all is restored
            if facts["stopped"]:
                return sys.maxsize, facts["logs"]
        self._now = (facts["epoch"], 0, facts["logs"])
        return max(first, facts["epoch"]), facts["logs"]

    def resume(self, epoch: int) -> tuple[int, dict[str, Any] | None]:
        """Restores the middle of an epoch, after the hook at its beginning has run once more."""
        found, self._found = self._found, None
        if found is None or found.facts["epoch"] != epoch:
            return 0, None
        self._restore(found, data=True)
        facts = found.facts
        self._model.stop_training = self._over = facts["stopped"]
        self._now = (epoch, facts["done"], facts["logs"])
        return facts["done"], facts["logs"]

    def _restore(self, found: BackupFile, data: bool) -> None:
        facts, session = found.facts, self._session
        self._put(found)
        session.train_state = session.train_state._replace(
            key=jax.random.wrap_key_data(facts["key"]), step=np.int32(facts["step"])
        )
        self._restore_callbacks(found)
        restore_random_state(facts["random"])
        for number, source in reversed(list(enumerate(self._sources if data else []))):
            if number < len(facts["sources"]) and type(source).__name__ == facts["sources"][number][0]:
                try:
                    source.go_to(facts["sources"][number][1], facts["done"] if number == 0 else 0)
                except ValueError as error:
                    raise ValueError(f"fit() cannot go on from the backup {found.path!r}: {error}.") from None
            elif number == 0 and facts["done"]:
                raise ValueError(
                    f"fit() cannot go on from the backup {found.path!r}, in the middle of an epoch: the data were of "
                    "another kind then. Give the same data, or remove the backup to train from the beginning."
                )
        rng.set_global_state(facts["random"]["kerax"])  # the loop's, which the data's do not change

    def _restore_callbacks(self, found: BackupFile) -> None:
        """Gives every callback the state of the first of its class that is not given yet."""
        left = list(found.facts["callbacks"])
        for callback in self._callbacks.callbacks:
            place = next((i for i, (kind, _) in enumerate(left) if kind == type(callback).__name__), None)
            if place is not None and hasattr(callback, "restore_from_backup"):
                callback.restore_from_backup(left.pop(place)[1])
        lost = [kind for kind, state in left if state]
        if lost:
            warnings.warn(
                f"The run in {found.path!r} had callbacks that this one has not; their states are lost: "
                f"{', '.join(lost)}.",
                stacklevel=2,
            )

    def _put(self, found: BackupFile) -> None:
        """Puts the arrays into the session, if every one of them fits."""
        state = self._session.train_state
        now = {f"{group}/{path}": array for group in GROUPS for path, array in getattr(state, group).items()}
        names = dict(zip(now, found.specs, strict=False))
        if set(now) == set(found.specs):
            names = {name: name for name in now}  # else by order: automatic names count on in one process
        for name, array in now.items():
            wanted, given = (np.dtype(array.dtype).name, tuple(array.shape)), found.specs.get(names.get(name, ""))
            if given != wanted:
                shown = "nothing" if given is None else f"{names[name]!r}, {given[0]} of shape {given[1]}"
                raise ValueError(
                    f"The backup {found.path!r} is of another model: for {name!r}, {wanted[0]} of shape {wanted[1]}, "
                    f"it has {shown}. Give another backup_dir, or remove this one to train from the beginning."
                )
        if len(found.specs) != len(now):
            extra = list(found.specs)[len(now)]
            raise ValueError(
                f"The backup {found.path!r} is of another model: it has {len(found.specs)} arrays, such as {extra!r}, "
                f"where this one has {len(now)}. Give another backup_dir, or remove this one."
            )
        stored = found.arrays()
        groups: dict[str, dict] = {group: {} for group in GROUPS}
        for name, old in now.items():
            group, _, path = name.partition("/")
            place = old.sharding if isinstance(old, jax.Array) else None
            groups[group][path] = jax.device_put(stored[names[name]], place)
        self._session.replace(state._replace(**groups))

    # ---- saving -----------------------------------------------------------------------------------------------------
    def cut(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Cuts chunks where a backup is due; the programs that run the pieces are the same ones."""
        for chunk in () if self._over else chunks:
            while self._every is not None and chunk.count > self._every - self._waiting:
                room = self._every - self._waiting
                yield chunk._replace(count=room)
                chunk = chunk._replace(count=chunk.count - room, start=chunk.start + room)
            yield chunk

    def after_call(self, epoch: int, done: int, logs: Any) -> None:
        """Saves the run, if it is due or the program is asked to stop."""
        self._waiting += done - self._now[1] if epoch == self._now[0] else done
        self._now = (epoch, done, logs)
        if self._keeper.signalled:
            self.save_now()
            self._keeper.exit()
        elif self._every is not None and self._waiting >= self._every:
            self.save_now()

    def after_epoch(self, epoch: int, logs: dict[str, Any]) -> None:
        """Saves the run at the end of an epoch, likewise."""
        self._now = (epoch + 1, 0, logs)
        if self._every is None or self._keeper.signalled:
            self.save_now()
        if self._keeper.signalled:
            self._keeper.exit()

    def save_now(self, validating: bool = False) -> None:
        """Saves the run as it is after the last program call.

        Args:
          validating: whether a validation is under way, which will begin again.
        """
        self._waiting = 0
        session, (epoch, done, logs) = self._session, self._now
        with session.lock:
            session.take_back()
            state = session.train_state
            arrays = {f"{group}/{path}": a for group in GROUPS for path, a in getattr(state, group).items()}
            arrays = {name: np.asarray(a) for name, a in jax.device_get(arrays).items()}
            key, step = np.asarray(jax.random.key_data(state.key)), int(state.step)
        sources = [
            (type(source).__name__, source.position(within))
            for source, within in zip(self._sources, (done or None, 0 if validating else None), strict=False)
        ]
        states = [(type(one).__name__, _state_of(one)) for one in self._callbacks.callbacks]
        facts = {
            "epoch": epoch, "done": done, "logs": plain_part(logs), "key": key, "step": step,
            "stopped": bool(self._model.stop_training), "random": random_state(),
            "sources": sources, "callbacks": states,
        }  # fmt: skip
        self._keeper.write(facts, arrays)

    def close(self) -> None:
        """Gives the signals back."""
        compile_at_once(False)
        self._keeper.detach()


def _state_of(callback: Any) -> dict[str, Any]:
    return callback.state_for_backup() if hasattr(callback, "state_for_backup") else {}


def make_backup(
    model: Any, session: StateSession, source: Any, validation: Any, callbacks: CallbackList
) -> NoBackup | RunBackup:
    """The backup of a run: what its ``BackupAndRestore`` callback wants, or none.

    Raises:
      ValueError: if there are several such callbacks.
    """
    keepers = [one for one in callbacks.callbacks if isinstance(one, BackupAndRestore)]
    if len(keepers) > 1:
        raise ValueError(f"fit() was given {len(keepers)} BackupAndRestore callbacks; a run has one backup.")
    return RunBackup(keepers[0], model, session, source, validation, callbacks) if keepers else NoBackup()
