"""The calls of hooks around steps, which training, evaluation and prediction share."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from typing import Any

from kerax.estimators.hooks.basic import NanTensorHook
from kerax.estimators.hooks.session_run_hook import (
    FOREVER,
    Session,
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    fetch,
)

_called: contextvars.ContextVar[bool] = contextvars.ContextVar("kerax_hooks_called", default=False)


def hooks_are_called() -> bool:
    """Whether a hook is asked what it wants: there the global step is known by its name.

    Example:
      >>> from kerax.estimators.loop import hooks_are_called
      >>> hooks_are_called()
      False
    """
    return _called.get()


@contextlib.contextmanager
def _calling() -> Iterator[None]:
    token = _called.set(True)
    try:
        yield
    finally:
        _called.reset(token)


class HookCalls:
    """Calls hooks in their order.

    Args:
      hooks: the hooks.
      session: what they read variables from.

    Example:
      >>> import kerax
      >>> from kerax.estimators.loop import HookCalls
      >>> HookCalls([kerax.estimators.StopAtStepHook(last_step=9)], None).quiet_steps(0)
      8
    """

    def __init__(self, hooks: list[SessionRunHook], session: Session | None) -> None:
        self.hooks, self.session = hooks, session
        # A loss that is not a number is found before anything is saved.
        self._checks_first = sorted(hooks, key=lambda hook: not isinstance(hook, NanTensorHook))
        self.stop = False

    def begin(self) -> None:
        """Before anything runs."""
        with _calling():
            for hook in self.hooks:
                hook.begin()

    def after_create_session(self) -> None:
        """When the variables have their first values."""
        with _calling():
            for hook in self.hooks:
                hook.after_create_session(self.session, None)

    def quiet_steps(self, step: int) -> int:
        """How many steps no hook has to see."""
        return min((hook.quiet_steps(step) for hook in self.hooks), default=FOREVER)

    def skipped(self, count: int) -> None:
        """After steps that no hook saw."""
        for hook in self.hooks:
            hook.skipped(count)

    def before_run(self) -> None:
        """Before a step."""
        self._context = SessionRunContext(SessionRunArgs(None), self.session)
        self._wanted: dict[int, Any] = {}
        for hook in self.hooks:
            with _calling():
                args = hook.before_run(self._context)
            if args is not None and args.fetches is not None:
                self._wanted[id(hook)] = args.fetches
        self.stop = self.stop or self._context.stop_requested

    def wants(self) -> list[Any]:
        """What the hooks asked for, as a flat list."""
        found: list[Any] = []
        fetch(list(self._wanted.values()), found.append)
        return found

    def after_run(self, read: Callable[[Any], Any]) -> None:
        """After a step; ``read`` gives what was asked for."""
        for hook in self._checks_first:
            results = fetch(self._wanted.get(id(hook)), read)
            hook.after_run(self._context, SessionRunValues(results))
        self.stop = self.stop or self._context.stop_requested

    def nan_found(self, step: int) -> None:
        """When a step that no hook saw had a loss that is not a number."""
        context = SessionRunContext(SessionRunArgs(None), self.session)
        for hook in self.hooks:
            if isinstance(hook, NanTensorHook):
                hook.found(step, context)
        self.stop = self.stop or context.stop_requested

    def end(self) -> None:
        """In the end."""
        for hook in self.hooks:
            hook.end(self.session)
