"""Compiled functions as tapes meet them: run fast, and, where it pays, with what their gradients need kept."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.jax_compat import Literal, jaxpr_as_fun, sub_jaxprs
from kerax.tape.links import has_loop, links_of
from kerax.tape.values import is_differentiable

_KEPT = 2048  # compiled functions and custom derivatives that are remembered
_HEAVY = ("dot_general", "conv_general_dilated", "scan", "while")
_FEW = 3  # operations: below, computing them again costs nothing
_MANY = 24


class Jitted:
    """A compiled function as it was met: how to run it fast, and which outputs depend on which inputs.

    Args:
      jaxpr: the traced function, a closed jaxpr.

    Attributes:
      call: ``[*consts, *arguments] -> outputs``.
      compiled: ``*arguments -> outputs``.
      out_tree: structure of the outputs, where somebody needs to know.
      guesses: programs that compute gradients as well, by what came before.
    """

    __slots__ = (
        "_splits",
        "call",
        "compiled",
        "consts",
        "guesses",
        "jaxpr",
        "links",
        "loops",
        "out_tree",
        "splits",
        "times",
    )

    def __init__(self, jaxpr: Any):
        self.jaxpr, self.consts = jaxpr, list(jaxpr.consts)
        self.compiled = jax.jit(jaxpr_as_fun(jaxpr))
        self.links = links_of(jaxpr.jaxpr)
        self.loops = has_loop(jaxpr)
        self.out_tree: Any = None
        self.guesses: dict[Any, Any] = {}
        self.times = 0  # how often it came while a tape followed it
        size, heavy = _size_of(jaxpr.jaxpr)
        self.splits = not jaxpr.effects and (size > _MANY or (heavy and size > _FEW))
        self._splits: dict[int, Split] = {}
        count, body = len(self.consts), jaxpr.jaxpr

        def run(*inputs: Any) -> list:
            return jax.core.eval_jaxpr(body, inputs[:count], *inputs[count:])

        compiled = jax.jit(run)
        self.call = lambda inputs: list(compiled(*inputs))

    def split(self, follows: int) -> Split:
        """The function run so that its gradient can be had without running it again.

        Args:
          follows: a bit mask of the inputs that it is differentiated by.
        """
        found = self._splits.get(follows)
        if found is None:
            inputs = len(self.consts) + len(self.jaxpr.jaxpr.invars)
            places = tuple(i for i in range(inputs) if follows >> i & 1)
            found = self._splits[follows] = Split(self, places)
        return found


class Split:
    """A compiled function in two parts: the way there, which also gives out what the way back needs.

    Args:
      jitted: the function.
      places: of the inputs that it is differentiated by.

    Attributes:
      jitted: the function.
      forward: ``*inputs -> [*outputs, *kept arrays]``, compiled.
      needs: the inputs that the way back takes.
      kept: the outputs of ``forward`` that it takes.
      floats: for each output that has a gradient its number and type.
      outputs: how many outputs there are, kept arrays not counted.
      links: for every output of ``forward`` a bit mask of the inputs that it may depend on.
      tracks: for every output of ``forward`` whether it has a gradient.
      pulls: how often ``pull`` ran on its own, not as part of a larger program; its compiled form later on.
    """

    __slots__ = (
        "_sources",
        "_tree",
        "floats",
        "forward",
        "jitted",
        "kept",
        "links",
        "needs",
        "outputs",
        "places",
        "pulls",
        "tracks",
    )

    def __init__(self, jitted: Jitted, places: tuple[int, ...]):
        self.jitted, self.places = jitted, places
        self.pulls: OrderedDict[Any, Any] = OrderedDict()
        body, count = jitted.jaxpr.jaxpr, len(jitted.consts)
        trees: list[Any] = []

        def run(*inputs: Any) -> list:
            def of(*some: Any) -> tuple[list, list]:
                merged = list(inputs)
                for place, one in zip(places, some, strict=True):
                    merged[place] = one
                outputs = jax.core.eval_jaxpr(body, merged[:count], *merged[count:])
                exact = [None if is_differentiable(one.dtype) else one for one in outputs]
                return [one for one in outputs if is_differentiable(one.dtype)], exact

            floats, pull, exact = jax.vjp(of, *[inputs[place] for place in places], has_aux=True)
            kept, tree = jax.tree.flatten(pull)
            trees[:] = [tree]
            given = iter(floats)
            return [*[next(given) if one is None else one for one in exact], *kept]

        avals = [var.aval for var in (*body.constvars, *body.invars)]
        closed = jax.make_jaxpr(run)(*[_spec_of(aval) for aval in avals])
        (self._tree,) = trees
        self.outputs = len(body.outvars)
        # What comes out as it went in, or twice, need not come out of the program at all.
        inner = closed.jaxpr
        known: dict[Any, tuple[str, Any]] = {var: ("input", i) for i, var in enumerate(inner.invars)}
        known.update({var: ("constant", value) for var, value in zip(inner.constvars, closed.consts, strict=True)})
        kept = list(range(self.outputs))  # numbers of outputs
        for number in kept:
            if not isinstance(inner.outvars[number], Literal):
                known.setdefault(inner.outvars[number], ("output", number))
        self._sources: list[tuple[str, Any]] = []
        for number in range(self.outputs, len(inner.outvars)):
            var = inner.outvars[number]
            if isinstance(var, Literal):
                self._sources.append(("constant", var.val))
                continue
            if var not in known:
                known[var] = ("output", len(kept))
                kept.append(number)
            self._sources.append(known[var])
        self.needs = frozenset(i for kind, i in self._sources if kind == "input")
        self.kept = tuple(sorted({i for kind, i in self._sources if kind == "output"}))
        self.floats = [(i, var.aval) for i, var in enumerate(body.outvars) if is_differentiable(var.aval.dtype)]

        def forward(*inputs: Any) -> list:
            found = jax.core.eval_jaxpr(inner, closed.consts, *inputs)
            return [found[number] for number in kept]

        self.forward = jax.jit(forward)
        every = sum(1 << place for place in places)
        self.links = [*jitted.links, *[every] * (len(kept) - self.outputs)]
        self.tracks = [is_differentiable(inner.outvars[number].aval.dtype) for number in kept]

    def call(self, inputs: Sequence[Any]) -> list:
        """``[*consts, *arguments] -> [*outputs, *kept arrays]``."""
        return list(self.forward(*inputs))

    def pull(self, inputs: Sequence[Any], kept: dict[int, Any], upstream: dict[int, Any]) -> dict[int, Any]:
        """The way back: gradients of the inputs, by their numbers.

        Args:
          inputs: those of ``needs`` are used.
          kept: outputs of ``forward`` by their numbers; those of ``self.kept`` are used.
          upstream: gradients of outputs by their numbers; zero for those left out.
        """
        pools: dict[str, Any] = {"input": inputs, "output": kept}
        values = [value if kind == "constant" else pools[kind][value] for kind, value in self._sources]
        full = [
            jnp.zeros(aval.shape, aval.dtype) if upstream.get(number) is None else upstream[number].astype(aval.dtype)
            for number, aval in self.floats
        ]
        return dict(zip(self.places, jax.tree.unflatten(self._tree, values)(full), strict=True))


def _size_of(body: Any) -> tuple[int, bool]:
    size, heavy = 0, False
    for eqn in body.eqns:
        inner = [_size_of(getattr(one, "jaxpr", one)) for one in sub_jaxprs(eqn.params)]
        size += sum(one for one, _ in inner) if inner else 1
        heavy = heavy or eqn.primitive.name in _HEAVY or any(one for _, one in inner)
    return size, heavy


def _spec_of(aval: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(aval.shape, aval.dtype, weak_type=bool(getattr(aval, "weak_type", False)))


_runs_kept = [0]  # runs under way that may be interrupted and gone on with


def compile_at_once(begins: bool) -> None:
    """Says that a run begins, or is over, whose bits must not depend on how often a program has come in this process.

    Args:
      begins: whether it begins.
    """
    _runs_kept[0] += 1 if begins else -1


def runs_are_kept() -> bool:
    """Whether such a run is under way."""
    return _runs_kept[0] > 0


_jitted: OrderedDict[int, Jitted] = OrderedDict()
_of_programs: weakref.WeakKeyDictionary[Any, dict] = weakref.WeakKeyDictionary()


def remember(table: OrderedDict, key: Any, value: Any, most: int = _KEPT) -> Any:
    """Puts a value into a table that forgets the oldest; returns it."""
    table[key] = value
    while len(table) > most:
        table.popitem(last=False)
    return value


def jitted_of(jaxpr: Any) -> Jitted:
    """What is known about a traced function."""
    found = _jitted.get(id(jaxpr))
    return found if found is not None else remember(_jitted, id(jaxpr), Jitted(jaxpr))


def program_of(program: Any, args: tuple, leaves: list, treedef: Any) -> Jitted:
    """What is known about a compiled function of kerax's own for arguments of a kind."""
    settings = treedef, jax.config.jax_enable_x64, jax.config.jax_default_matmul_precision
    known = _of_programs.get(program)
    if known is None:
        known = _of_programs[program] = {}
    kinds = [_kind_of(one) for one in leaves]
    last = known.get("last")
    if last is not None and last[0] == kinds and last[1] == settings:  # as a rule the very same objects
        return last[2]
    key = (*settings, *[_plain_kind(one) for one in leaves])
    found = known.get(key)
    if found is None:
        traced = program.trace(*args)
        found = known[key] = Jitted(traced.jaxpr)  # forgotten with the program
        found.out_tree = jax.tree.structure(traced.out_info)
    known["last"] = kinds, settings, found
    return found


def _kind_of(leaf: Any) -> Any:
    """What is compared with the last call: for JAX's arrays an object that they share."""
    aval = getattr(leaf, "aval", None)
    return _plain_kind(leaf) if aval is None else aval


def _plain_kind(leaf: Any) -> Any:
    if hasattr(leaf, "dtype"):
        return leaf.shape, leaf.dtype, getattr(leaf, "weak_type", False)
    return type(leaf)
