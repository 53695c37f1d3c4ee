"""Compiled programs: a traced step once, as one step per call or as a loop over many steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from kerax.jax_compat import jaxpr_as_fun
from kerax.training.compile_options import compile_options
from kerax.training.failures import trace_errors
from kerax.training.program_cost import program_cost, steps_per_call
from kerax.training.train_state import TrainState


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
        cost = program_cost(self.jaxpr)
        arrays = jax.tree.leaves((batch, self.result_shape))
        size = sum(math.prod(leaf.shape) * np.dtype(leaf.dtype).itemsize for leaf in arrays)
        self.steps_per_call = steps_per_call(cost, size)
        self.options = compile_options(cost)
        self._compiled: dict[Any, Callable] = {}

    def one(self, batched: Callable | None, donate: bool) -> Callable:
        """``f(train_state, *data) -> (train_state, result)`` for one step.

        Args:
          batched: ``(*data) -> batch``, run inside the program; None if the data is the batch.
          donate: whether the program may reuse the memory of the train state it is given.
        """
        return self._get(("one", batched, donate), lambda: _one(self, batched, donate))

    def many(
        self,
        batches: Callable,
        batch_at: Callable,
        limit: int,
        donate: bool,
        room: int = 0,
        finish: Callable | None = None,
    ) -> Callable:
        """``f(train_state, start, count, *data) -> (train_state, results)`` for ``count`` steps in one call.

        Args:
          batches: ``(start, limit, *data) -> stack`` of the call's batches, run inside the program.
          batch_at: ``(stack, i) -> batch`` number ``i`` of the stack.
          limit: how many steps a call may take.
          donate: whether the program may reuse the memory of the train state it is given.
          room: 0 to return the last step's result only; else the results of all steps, stacked, for up to ``room``
            steps.
          finish: ``train_state -> result``, computed once after the last step instead of in each; or None.
        """
        key = ("many", batches, limit, donate, room, finish)
        return self._get(key, lambda: _many(self, batches, batch_at, limit, donate, room, finish))

    def _get(self, key: Any, build: Callable) -> Callable:
        if key not in self._compiled:
            self._compiled[key] = build()
        return self._compiled[key]

    def unchanged(self) -> list[bool]:
        """For each array of the train state, whether a step hands it on as it is (frozen weights, the key)."""
        jaxpr = self.jaxpr.jaxpr
        count = len(jax.tree.leaves(self.train_state_shape))
        return [jaxpr.outvars[i] is jaxpr.invars[i] for i in range(count)]

    def compile(self, function: Callable, donate: bool) -> Callable:
        """Compiles ``function(changing, fixed, *args) -> (changing, result)`` to ``f(train_state, *args)``.

        Arrays that no step changes go in but do not come out: coming out, they would be copied.
        """
        fixed = self.unchanged()
        treedef = jax.tree.structure(self.train_state_shape)

        def merge(changing: list, rest: list) -> TrainState:
            sources = {True: iter(rest), False: iter(changing)}
            return jax.tree.unflatten(treedef, [next(sources[keep]) for keep in fixed])

        def program(changing: list, rest: list, *args: Any) -> tuple[list, Any]:
            train_state, result = function(lambda arrays: merge(arrays, rest), changing, *args)
            return train_state, result

        compiled = jax.jit(program, donate_argnums=0 if donate else (), compiler_options=self.options or None)

        def call(train_state: TrainState, *args: Any) -> tuple[TrainState, Any]:
            leaves = jax.tree.leaves(train_state)
            changing = [leaf for leaf, keep in zip(leaves, fixed, strict=True) if not keep]
            rest = [leaf for leaf, keep in zip(leaves, fixed, strict=True) if keep]
            changed, result = compiled(changing, rest, *args)
            return (merge(changed, rest) if changed else train_state), result

        return call

    def changing(self, train_state: TrainState) -> list:
        """The arrays of a train state that steps change."""
        return [leaf for leaf, keep in zip(jax.tree.leaves(train_state), self.unchanged(), strict=True) if not keep]


def _one(program: StepProgram, batched: Callable | None, donate: bool) -> Callable:
    def one_step(merge: Callable, changing: list, *data: Any) -> tuple[list, Any]:
        train_state, result = program.run(merge(changing), batched(*data) if batched is not None else data[0])
        return program.changing(train_state), result

    return program.compile(one_step, donate)


def _many(
    program: StepProgram,
    batches: Callable,
    batch_at: Callable,
    limit: int,
    donate: bool,
    room: int,
    finish: Callable | None,
) -> Callable:
    def many_steps(merge: Callable, changing: list, start: Any, count: Any, *data: Any) -> tuple[list, Any]:
        stack = batches(start, limit, *data)

        def body(i: Any, carry: Any) -> Any:
            changing, results = carry
            train_state, result = program.run(merge(changing), batch_at(stack, i))
            if finish is not None:
                return program.changing(train_state), results
            if room:
                result = jax.tree.map(
                    lambda all_, one: lax.dynamic_update_index_in_dim(all_, one, i, 0), results, result
                )
            return program.changing(train_state), result

        def room_for(s: Any) -> Any:
            return jnp.zeros((room, *s.shape) if room else s.shape, s.dtype)

        results = None if finish is not None else jax.tree.map(room_for, program.result_shape)
        changing, results = lax.fori_loop(0, count, body, (changing, results))
        return changing, finish(merge(changing)) if finish is not None else results

    return program.compile(many_steps, donate)
