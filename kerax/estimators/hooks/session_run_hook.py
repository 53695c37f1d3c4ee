"""SessionRunHook: what training, evaluation and prediction call; and what they hand to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

FOREVER = 1 << 62  # steps


class SessionRunArgs(NamedTuple):
    """What a hook asks for before a step.

    Attributes:
      fetches: names or arrays, in any structure of lists, tuples and dicts: ``"loss"``, ``"global_step"`` (before the
        step), the name of a variable, or an array of the model function that the hook holds.
      feed_dict: accepted as in TensorFlow.
      options: accepted as in TensorFlow.

    Example:
      >>> import kerax
      >>> kerax.estimators.SessionRunArgs("loss").fetches
      'loss'
    """

    fetches: Any
    feed_dict: Any = None
    options: Any = None


class SessionRunValues(NamedTuple):
    """What a hook gets after a step.

    Attributes:
      results: in place of each fetch its value.
      options: accepted as in TensorFlow.
      run_metadata: accepted as in TensorFlow.

    Example:
      >>> import kerax
      >>> kerax.estimators.SessionRunValues(0.5, None, None).results
      0.5
    """

    results: Any
    options: Any = None
    run_metadata: Any = None


class Session:
    """What hooks read variables from.

    Args:
      read: ``read(name)`` gives the value of a name.

    Example:
      >>> from kerax.estimators.hooks.session_run_hook import Session
      >>> Session({"global_step": 3}.__getitem__).run(["global_step"])
      [3]
    """

    graph = None

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read
        self.values: Callable[[], dict[str, Any]] = dict  # the variables of a training

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """The values of names, in the same structure."""
        return fetch(fetches, self._read)

    def should_stop(self) -> bool:
        """As in TensorFlow; the loop decides."""
        return False


def fetch(fetches: Any, read: Callable[[Any], Any]) -> Any:
    """Replaces every name or array in a structure by ``read`` of it.

    Example:
      >>> from kerax.estimators.hooks.session_run_hook import fetch
      >>> fetch({"a": "loss"}, lambda name: len(name))
      {'a': 4}
    """
    if fetches is None:
        return None
    if isinstance(fetches, dict):
        return {key: fetch(value, read) for key, value in fetches.items()}
    if isinstance(fetches, (list, tuple)):
        found = [fetch(value, read) for value in fetches]
        return found if isinstance(fetches, list) else tuple(found)
    return read(fetches)


class SessionRunContext:
    """What a hook can see and do at a step.

    Args:
      original_args: `SessionRunArgs` of the loop itself.
      session: a `Session`.

    Example:
      >>> import kerax
      >>> context = kerax.estimators.SessionRunContext(kerax.estimators.SessionRunArgs(None), None)
      >>> context.request_stop()
      >>> context.stop_requested
      True
    """

    def __init__(self, original_args: SessionRunArgs, session: Any) -> None:
        self.original_args, self.session, self.stop_requested = original_args, session, False

    def request_stop(self) -> None:
        """Ends the loop after the present step."""
        self.stop_requested = True


class SessionRunHook:
    """Base class of hooks; override what you need.

    Training takes many steps in one call of a compiled program where no hook minds. A hook that overrides
    ``before_run`` or ``after_run`` sees every step.

    Example:
      >>> import kerax
      >>> class Count(kerax.estimators.SessionRunHook):
      ...     def __init__(self):
      ...         self.steps = 0
      ...     def after_run(self, run_context, run_values):
      ...         self.steps += 1
      >>> Count().steps
      0
    """

    def begin(self) -> None:
        """Called once, before anything runs."""

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Called when the variables have their first values."""

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        """Called before a step; returns what to get after it."""
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Called after a step."""

    def end(self, session: Any) -> None:
        """Called in the end, unless there was an exception."""

    # ---- for the loop -----------------------------------------------------------------------------------------------
    def quiet_steps(self, step: int) -> int:
        """How many steps after global step ``step`` the loop may take without calling this hook."""
        cls = type(self)
        sees = cls.before_run is not SessionRunHook.before_run or cls.after_run is not SessionRunHook.after_run
        return 0 if sees else FOREVER

    def skipped(self, count: int) -> None:
        """Called after steps that were taken without calling this hook."""


def check_hooks(hooks: Any, where: str) -> list[SessionRunHook]:
    """Returns hooks as a list.

    Raises:
      TypeError: for something that is not a hook.
    """
    listed = list(hooks or ())
    for hook in listed:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"{where}: hooks are SessionRunHook objects, received {hook!r} of {type(hook).__name__}.")
    return listed
