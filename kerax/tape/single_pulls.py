"""The way back through one operation, compiled once it has come often.

Before a whole record is known its gradients are computed operation by operation. In records that are long, such as
those of an episode of a game, few kinds of operations come again and again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import jax

from kerax.jax_compat import is_tracer
from kerax.tape.jitted import remember, runs_are_kept
from kerax.tape.values import kind_of

_OFTEN = 8  # times until compiling, which takes as long as about ten derivatives by JAX, is worth it
_KEPT = 1024  # kinds of operations that are remembered

kinds: OrderedDict[Any, Any] = OrderedDict()  # how often one came, or its program


def pull_through(table: OrderedDict, key: Any, pull: Callable, *given: Any) -> Any:
    """``pull(*given)``, compiled where it has come often.

    Args:
      table: how often it came, or its program: ``kinds``, or one that is forgotten with what ``pull`` belongs to.
      key: identifies what ``pull`` computes, but for shapes and dtypes; None where nothing does.
      pull: the way back through an operation; holds no arrays.
      *given: what it takes, structures of arrays.
    """
    leaves, structure = jax.tree.flatten(given)
    if key is None or runs_are_kept() or any(map(is_tracer, leaves)):
        return pull(*given)
    try:
        kind = key, structure, tuple([kind_of(one) for one in leaves])
        found = table.get(kind, 0)
    except TypeError:  # an operation's parameters have no hash
        return pull(*given)
    if isinstance(found, int):
        found = remember(table, kind, jax.jit(pull) if found == _OFTEN else found + 1, _KEPT)
    else:
        table.move_to_end(kind)
    return pull(*given) if isinstance(found, int) else found(*given)
