"""ConcreteFunction: one traced program of a function, and its call."""

from __future__ import annotations

import gc
import types
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.function.arguments import Arguments, take_apart
from kerax.function.binding import fitted
from kerax.function.lifting import lift
from kerax.jax_compat import in_trace, jaxpr_as_fun, recorders
from kerax.state import Variable, current_scope, rng
from kerax.state.own_arrays import own_arrays
from kerax.state.raised import original_of
from kerax.tape.values import unwrap
from kerax.tree import in_order, order_of


class ConcreteFunction:
    """A function traced for one kind of arguments; ``function.get_concrete_function(...)`` gives it.

    Calling it reads the variables that the trace read, runs the compiled program and writes those that it wrote.

    Args:
      function: the Python function, control flow already converted.
      arguments: example arguments.
      training: what layers see as ``training``.
      name: for messages.
      names: of the arguments' leaves, likewise.
      parameters: names of the arguments by place.

    Attributes:
      variables: the variables it reads or writes.
      only_once: whether it computes first values of variables that its trace has created.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> @kerax.function
      ... def double(x):
      ...     return x + x
      >>> concrete = double.get_concrete_function(kerax.data.TensorSpec((2,), "float32"))
      >>> concrete(jnp.ones(2)).tolist()
      [2.0, 2.0]
    """

    def __init__(
        self,
        function: Callable,
        arguments: Arguments,
        training: bool | None,
        name: str,
        names: Sequence[str] = (),
        parameters: Sequence[str] = (),
    ):
        specs = [jax.ShapeDtypeStruct(a.shape, jax.dtypes.canonicalize_dtype(a.dtype)) for a in arguments.arrays]
        self.parameters = list(parameters)
        self.name, self.arguments = name, arguments._replace(arrays=specs).keeping_none()  # the arrays may be large
        self._layout: Any = None
        self._names = list(names)

        def flat(*arrays: Any) -> list:
            args, kwargs = arguments.rebuild(arrays)
            outputs, self._layout = _take_outputs_apart(function(*args, **kwargs), name)
            return outputs

        found = lift(flat, specs, training)
        self.made, self.only_once = found.made, found.initial
        self._lifted = found
        written = {id(variable) for variable in found.written}
        self._owned = [variable for variable in found.read if id(variable) in written]
        self._rest = [variable for variable in found.read if id(variable) not in written]
        self._written = found.written
        self._calls_python = bool(found.program.effects)
        places = {id(variable): i for i, variable in enumerate(self._owned)}
        others = {id(variable): i for i, variable in enumerate(self._rest)}
        order = [(id(v) in written, places.get(id(v), others.get(id(v)))) for v in found.read]
        program = jaxpr_as_fun(found.program)
        seed_place = found.seed_place

        def run(owned: list, rest: list, seed: Any, arrays: Sequence[Any]) -> list:
            inputs = [owned[i] if mine else rest[i] for mine, i in order]
            if seed_place is not None:
                inputs.insert(seed_place, seed)
            return program(*inputs, *arrays)

        run.__name__ = name
        self._plain = jax.jit(run)
        self._donating = jax.jit(run, donate_argnums=0)

    @property
    def variables(self) -> list[Variable]:
        """The variables that the program reads or writes."""
        return list({id(v): v for v in [*self._lifted.read, *self._written]}.values())

    def forgotten(self) -> list[str]:
        """The variables that the trace made and to which nothing but this program refers any more, in words."""
        made = [reference() for reference in self.made]
        alive = tuple([variable for variable in made if variable is not None])  # as it is passed on, itself a holder
        own = {id(one) for one in (self._lifted.read, self._owned, self._rest, self._written, made, alive)}
        held: set[int] = set()
        for holder in gc.get_referrers(*alive) if alive else ():  # once for all: it looks at every object that there is
            if id(holder) not in own and not isinstance(holder, types.FrameType):
                held.update(map(id, gc.get_referents(holder)))
        return ["a variable" if one is None else repr(one.path) for one in made if one is None or id(one) not in held]

    @property
    def trainable_variables(self) -> list[Variable]:
        """Those of ``variables`` that training changes."""
        return [variable for variable in self.variables if variable.trainable]

    @property
    def structured_input_signature(self) -> tuple[tuple, dict]:
        """``(args, kwargs)`` with a ``jax.ShapeDtypeStruct`` in the place of every array."""
        return self.arguments.rebuild([jax.ShapeDtypeStruct(a.shape, a.dtype) for a in self.arguments.arrays])

    @property
    def structured_outputs(self) -> Any:
        """What a call returns, with a ``jax.ShapeDtypeStruct`` in the place of every array."""
        avals = self._lifted.program.out_avals[: self._lifted.outputs]
        return _put_outputs_together(self._layout, [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in avals])

    def pretty_printed_signature(self, verbose: bool = True) -> str:
        """What the program takes, returns and reads besides, in words.

        Args:
          verbose: whether outputs and variables are listed as well.
        """
        kinds = iter(self.arguments.arrays)
        shown = [
            f"{name}: {_kind_of(next(kinds))}" if dynamic else f"{name}={leaf!r}"
            for name, leaf, dynamic in zip(self._names, self.arguments.leaves, self.arguments.dynamic, strict=False)
        ]
        if not verbose:
            return f"{self.name}({', '.join(shown)})"
        outputs = jax.tree.map(_kind_of, jax.tree.leaves(self.structured_outputs))
        variables = [f"{variable.path}: {_kind_of(variable)}" for variable in self.variables]
        lines = ["Input Parameters:", *shown, "Output Type:", *outputs, "Captures:", *variables]
        titles = ("Input Parameters:", "Output Type:", "Captures:")
        return f"{self.name}\n" + "\n".join(line if line in titles else f"  {line}" for line in lines)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the program on arguments of the kind it was traced for.

        Raises:
          TypeError: for arguments of another kind.
        """
        args, kwargs = fitted(self.structured_input_signature, args, kwargs, self.name, self.parameters)
        return self.call(take_apart(args, kwargs).arrays)

    def call(self, arrays: Sequence[Any]) -> Any:
        """Runs the program on arrays."""
        found = self._lifted
        alone = current_scope() is None and not in_trace() and not recorders()
        if alone:
            seed: Any = np.uint32(rng.draw_seed()) if found.seed_place is not None else None
            rest = [variable.box() for variable in self._rest]
            if self._calls_python:
                outputs = self._watched(rest, seed, arrays)
            else:
                owned = own_arrays(self._owned)
                outputs = self._donating(owned, rest, seed, arrays)
                del owned
        else:
            seed = None
            if found.seed_place is not None:
                seed = jax.random.bits(rng.next_key(self.name), dtype=jnp.uint32)
            owned = [variable.read() for variable in self._owned]
            outputs = self._plain(owned, [variable.read() for variable in self._rest], seed, arrays)
        count = found.outputs
        if self._written:
            for variable, array in zip(self._written, outputs[count:], strict=False):
                if alone:
                    variable.put(array)  # of its shape and dtype, as assign() has seen to while tracing
                else:
                    variable.assign(array)
        if found.losses:
            scope = current_scope()
            if scope is not None:
                values = outputs[count + len(self._written) :]
                scope.losses.extend(zip(found.losses, values, strict=True))
        return _put_outputs_together(self._layout, outputs[:count])

    def _watched(self, rest: list, seed: Any, arrays: Sequence[Any]) -> list:
        """Runs a program that calls Python code, to its end: what that prints and raises belongs to this call."""
        try:
            outputs = self._plain([variable.box() for variable in self._owned], rest, seed, arrays)
            jax.block_until_ready(outputs)
            jax.effects_barrier()
        except jax.errors.JaxRuntimeError as error:
            original = original_of(error)
            if original is error:
                raise
            raise original from None
        return outputs


def _kind_of(value: Any) -> str:
    return f"{value.dtype}{list(value.shape)}" if hasattr(value, "shape") else repr(value)


def _take_outputs_apart(outputs: Any, name: str) -> tuple[list, Any]:
    leaves, treedef = jax.tree.flatten(outputs, is_leaf=lambda x: isinstance(x, Variable))
    arrays: list[Any] = []
    template: list[Any] = []
    for leaf in leaves:
        leaf = unwrap(leaf.value) if isinstance(leaf, Variable) else leaf
        if isinstance(leaf, jax.Array) or (
            isinstance(leaf, (bool, int, float, complex, np.ndarray, np.generic))
            and np.asarray(leaf).dtype.kind not in "OUSV"
        ):
            template.append(None)
            arrays.append(jnp.asarray(leaf))
        else:
            template.append((leaf,))
    return arrays, (treedef, template, order_of(outputs))


def _put_outputs_together(layout: Any, arrays: Sequence[Any]) -> Any:
    treedef, template, order = layout
    if len(template) == 1 and template[0] is None:
        return jax.tree.unflatten(treedef, arrays)
    rest = iter(arrays)
    return in_order(jax.tree.unflatten(treedef, [next(rest) if one is None else one[0] for one in template]), order)
