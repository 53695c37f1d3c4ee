"""Compiled programs: a traced step once, as one step per call or as a loop over many steps."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend.core import jaxpr_as_fun

from kerax.errors import first_line, from_library
from kerax.training.program_cost import program_cost, steps_per_call
from kerax.training.train_state import TrainState


@contextlib.contextmanager
def trace_errors(where: str, batch: Any) -> Iterator[None]:
    """Turns errors of JAX's tracing into errors that say what the user can do."""
    try:
        yield
    except jax.errors.UnexpectedTracerError as error:
        raise ValueError(
            f"{where}: a layer wrote to a variable inside jax.checkpoint, scan, vmap or another JAX transformation of its own. Use "
            f"kerax.functional_call inside the transformation and assign the new state outside it. ({first_line(error)})"
        ) from error
    except (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError) as error:
        raise ValueError(
            f"{where}: the model's code needs the numbers of an array (a Python `if`, `float()` or NumPy function on it), but steps are "
            "compiled without numbers. Use kerax.ops or jax.numpy functions such as where and cond, or compile(run_eagerly=True). "
            f"({first_line(error)})"
        ) from error
    except (TypeError, ValueError) as error:
        if not from_library(error):
            raise
        shapes = jax.tree.map(lambda s: f"{np.dtype(s.dtype).name}{list(s.shape)}", batch)
        raise ValueError(f"{where} failed for a batch of {shapes}: {first_line(error)}") from error


class StepProgram:
    """A pure step compiled for one batch structure.

    The step's Python code is traced once; the programs below are made from that trace.

    Args:
      step: ``(train_state, batch) -> (train_state, result)``.
      train_state: example of its first argument.
      batch: structure of ``jax.ShapeDtypeStruct`` of its second argument.
      where: for messages, such as ``"fit()"``.
    """

    def __init__(self, step: Callable, train_state: TrainState, batch: Any, where: str):
        with trace_errors(where, batch):
            self.jaxpr, out_shape = jax.make_jaxpr(step, return_shape=True)(train_state, batch)
        self.train_state_shape, self.result_shape = out_shape
        out_tree = jax.tree.structure(out_shape)
        flat = jaxpr_as_fun(self.jaxpr)

        def run(train_state: TrainState, batch: Any) -> tuple[TrainState, Any]:
            return jax.tree.unflatten(out_tree, flat(*jax.tree.leaves((train_state, batch))))

        self.run = run
        self.steps_per_call = steps_per_call(program_cost(self.jaxpr))
        self._compiled: dict[Any, Callable] = {}

    def one(self, batched: Callable | None, donate: bool) -> Callable:
        """``f(train_state, *data) -> (train_state, result)`` for one step.

        Args:
          batched: ``(*data) -> batch``, run inside the program; None if the data is the batch.
          donate: whether the program may reuse the memory of the train state it is given.
        """
        return self._get(("one", batched, donate), lambda: _one(self.run, batched, donate))

    def many(self, batch_at: Callable, donate: bool, room: int = 0, finish: Callable | None = None) -> Callable:
        """``f(train_state, start, count, *data) -> (train_state, results)`` for ``count`` steps in one call.

        Args:
          batch_at: ``(*data, i) -> batch`` of step ``i``, run inside the program.
          donate: whether the program may reuse the memory of the train state it is given.
          room: 0 to return the last step's result only; else the results of all steps, stacked, for up to ``room`` steps.
          finish: ``train_state -> result``, computed once after the last step instead of in each; or None.
        """
        return self._get(("many", batch_at, donate, room, finish), lambda: _many(self, batch_at, donate, room, finish))

    def _get(self, key: Any, build: Callable) -> Callable:
        if key not in self._compiled:
            self._compiled[key] = build()
        return self._compiled[key]

    def unchanged(self) -> list[bool]:
        """For each array of the train state, whether a step hands it on as it is (frozen weights, the key)."""
        jaxpr = self.jaxpr.jaxpr
        count = len(jax.tree.leaves(self.train_state_shape))
        return [jaxpr.outvars[i] is jaxpr.invars[i] for i in range(count)]


def _one(run: Callable, batched: Callable | None, donate: bool) -> Callable:
    def one_step(train_state: TrainState, *data: Any) -> tuple[TrainState, Any]:
        return run(train_state, batched(*data) if batched is not None else data[0])

    return jax.jit(one_step, donate_argnums=0 if donate else ())


def _many(program: StepProgram, batch_at: Callable, donate: bool, room: int, finish: Callable | None) -> Callable:
    fixed = program.unchanged()
    room_for = lambda s: jnp.zeros((room, *s.shape) if room else s.shape, s.dtype)  # noqa: E731

    def many_steps(train_state: TrainState, start: Any, count: Any, *data: Any) -> tuple[TrainState, Any]:
        leaves, treedef = jax.tree.flatten(train_state)

        def merge(moving: list) -> TrainState:
            # Arrays that no step changes stay outside of the loop: inside they would be copied.
            rest = iter(moving)
            return jax.tree.unflatten(
                treedef, [leaf if keep else next(rest) for leaf, keep in zip(leaves, fixed, strict=True)]
            )

        def body(i: Any, carry: Any) -> Any:
            moving, results = carry
            new_state, result = program.run(merge(moving), batch_at(*data, start + i))
            moving = [leaf for leaf, keep in zip(jax.tree.leaves(new_state), fixed, strict=True) if not keep]
            if finish is not None:
                return moving, results
            if room:
                result = jax.tree.map(
                    lambda all_, one: lax.dynamic_update_index_in_dim(all_, one, i, 0), results, result
                )
            return moving, result

        results = None if finish is not None else jax.tree.map(room_for, program.result_shape)
        moving = [leaf for leaf, keep in zip(leaves, fixed, strict=True) if not keep]
        moving, results = lax.fori_loop(0, count, body, (moving, results))
        train_state = merge(moving)
        return train_state, finish(train_state) if finish is not None else results

    return jax.jit(many_steps, donate_argnums=0 if donate else ())
