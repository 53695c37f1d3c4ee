"""Which functions of a script are called instead of those of the namespace, for arguments of its own types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Target(NamedTuple):
    """A function that is called instead of another one.

    Attributes:
      function: what is called.
      checks: ``(place, name, check)`` of arguments; a check says "no", "yes", or "own" for a type of the script.
      takes_name: whether it takes the argument ``name``.
    """

    function: Callable
    checks: tuple[tuple[int, str, Callable[[Any], str]], ...]
    takes_name: bool

    def fits(self, args: tuple, kwargs: dict) -> bool:
        """Whether it is meant for these arguments."""
        found = set()
        for place, name, check in self.checks:
            if place < len(args):
                value = args[place]
            elif name in kwargs:
                value = kwargs[name]
            else:
                return False
            answer = check(value)
            if answer == "no":
                return False
            found.add(answer)
        return "own" in found


TARGETS: dict[Any, list[Target]] = {}  # function of the namespace -> what is called instead


def instead(api: Any, args: tuple, kwargs: dict) -> Any:
    """What the function returns that is called instead of another; ``NotImplemented`` if there is none.

    Raises:
      ValueError: if several fit.
    """
    fitting = [target for target in TARGETS.get(api, ()) if target.fits(args, kwargs)]
    if not fitting:
        return NotImplemented
    if len(fitting) > 1:
        names = ", ".join(getattr(one.function, "__qualname__", repr(one.function)) for one in fitting)
        raise ValueError(
            f"Several functions that were registered with tf.experimental.dispatch_for_... take these arguments of "
            f"{api.__name__}: {names}. Give them types that differ."
        )
    target = fitting[0]
    if not target.takes_name:
        kwargs = {key: value for key, value in kwargs.items() if key != "name"}
    return target.function(*args, **kwargs)
