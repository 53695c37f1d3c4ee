"""Gradients of a record: which operations matter, the pass back through them, and its compiled form."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from kerax.jax_compat import in_trace, is_tracer
from kerax.state.trace_failures import UnknownSizeError
from kerax.tape.guesses import find, guessed_gradients, note_guess
from kerax.tape.jitted import remember, runs_are_kept
from kerax.tape.operation import Operation
from kerax.tape.recorder import Recorder
from kerax.tape.single_pulls import kinds, pull_through
from kerax.tape.values import is_differentiable
from kerax.tape.wiring import Wiring

_KEPT_PROGRAMS = 256
_NO_REVERSE = "Reverse-mode differentiation does not work"  # what JAX says of `while` loops
_ENDLESS = (
    "GradientTape: there is a loop between target and sources, a `while` or one over a number of rounds that is an "
    "array, of which XLA does not know how often it runs; it has no gradient. Let the number of rounds be known (a "
    "Python number, the rows of an array, jax.lax.scan), with `break` or a condition inside."
)
_SHORT = 64  # operations of a record that is compiled at once where a part of it has come before
_SURE = 3  # times a record has come, until gradients are computed with the loss


class Step(NamedTuple):
    """An operation with its arrays replaced by places in a list.

    Attributes:
      operation: gives ``call`` or ``pull``.
      inputs: places of the inputs.
      wanted: which inputs get a gradient (numbers within ``inputs``).
      outputs: places of the outputs that pass a gradient on, None for the others.
      split: the two parts that it ran in, if the second is to be run now.
      kept: places of the arrays that the second part takes.
      key: identifies what is computed, None where nothing does.
    """

    call: Any
    pull: Any
    pulled: tuple[int, ...]
    inputs: tuple[int, ...]
    wanted: tuple[int, ...]
    outputs: tuple[int | None, ...]
    split: Any
    kept: tuple[int, ...]
    key: Any


class Plan:
    """The part of a record that connects sources with targets.

    Args:
      recorder: the record.
      targets: arrays to differentiate.
      sources: arrays to differentiate with respect to.

    Attributes:
      steps: the operations on the way, in the order they ran.
      values: the arrays by place; None for those whose values do not matter.
      targets: places of the targets.
      sources: places of the sources, None for those that no target depends on.
      origins: for each of the values its operation's number, whether it is one of its outputs, and which.
      key: identifies the plan but for its values, hashable; None where nothing does.
      repeated: whether a part of it is known to have come before.
    """

    def __init__(self, recorder: Recorder, targets: Sequence[Any], sources: Sequence[Any]):
        places: dict[int, int] = {}
        self.values: list[Any] = []
        self.origins: list[tuple[int, bool, int] | None] = []
        used = _connect(recorder, targets, sources)
        numbers = {id(operation): number for number, operation in enumerate(recorder.operations)}

        def place_of(array: Any, origin: tuple[int, bool, int] | None) -> int:
            # Numbers get a place each: equal small ones are one object, which says nothing about the program.
            place = places.get(id(array)) if isinstance(array, jax.Array) else None
            if place is None:
                place = places[id(array)] = len(self.values)
                self.values.append(None)
                self.origins.append(None)
            if origin is not None:
                self.values[place], self.origins[place] = array, origin
            return place

        steps, keys = [], []
        for operation, wanted, passing in used:
            split = operation.split
            kept: tuple[int, ...] = ()
            if split is not None and any(passing[split.outputs :]):
                split = None  # what was kept is differentiated itself
            number = numbers[id(operation)]
            if split is not None:
                needed: Any = split.needs
                kept = tuple([place_of(operation.outputs[i], (number, True, i)) for i in split.kept])
            else:
                needed = range(len(operation.inputs)) if operation.pull is None else ()
            inputs = tuple(
                [place_of(one, (number, False, i) if i in needed else None) for i, one in enumerate(operation.inputs)]
            )
            outputs = tuple([place_of(o, None) if p else None for o, p in zip(operation.outputs, passing)])
            run = operation.call, operation.pull, operation.pulled
            steps.append(Step(*run, inputs, wanted, outputs, split, kept, operation.key))
            keys.append((operation.key, inputs, wanted, outputs, kept, split is None))
        reached = {id(operation.inputs[i]) for operation, wanted, _ in used for i in wanted}
        reached.update(id(target) for target in targets)
        self.steps = steps
        self.targets = tuple(place_of(target, None) for target in targets)
        self.sources = tuple(place_of(source, None) if id(source) in reached else None for source in sources)
        self.cut = frozenset(places[i] for i in recorder.leaves if i in places)
        self.repeated = any(step.split is not None for step in steps)
        self.key: Any = None
        if all(key[0] is not None for key in keys):
            try:
                self.key = (tuple(keys), self.targets, self.sources, self.cut)
                hash(self.key)
            except TypeError:
                self.key = None

    def light(self) -> Plan:
        """The plan without the values, which belong to one step only."""
        light = Plan.__new__(Plan)
        light.steps, light.targets, light.sources, light.cut = self.steps, self.targets, self.sources, self.cut
        light.values, light.origins = [], self.origins
        return light


def _dtype_of(value: Any) -> Any:
    return value.dtype if hasattr(value, "dtype") else jax.typeof(value).dtype


def _connect(recorder: Recorder, targets: Sequence[Any], sources: Sequence[Any]) -> list:
    """The operations between sources and targets: ``(operation, numbers of inputs, which outputs pass on)``."""
    leaves = recorder.leaves
    reach = {id(source) for source in sources}
    forward: list[tuple[Operation, int]] = []
    for operation in recorder.operations:
        hit = 0
        for i, one in enumerate(operation.inputs):
            if id(one) in reach:
                hit |= 1 << i
        hit &= operation.follows  # what was watched only later has nothing to do with it
        if hit:
            forward.append((operation, hit))
            for i, output in enumerate(operation.outputs):
                linked = operation.links is None or operation.links[i] & hit
                if linked and id(output) not in leaves and is_differentiable(output.dtype):
                    reach.add(id(output))
    wanted_ids = {id(target) for target in targets}
    used = []
    for operation, hit in reversed(forward):
        mask, passing = 0, []
        for i, output in enumerate(operation.outputs):
            links = hit if operation.links is None else operation.links[i] & hit
            passes = bool(links) and id(output) in wanted_ids and id(output) not in leaves
            passes = passes and is_differentiable(output.dtype)
            passing.append(passes)
            if passes:
                mask |= links
        inputs = operation.inputs
        wanted = tuple(i for i in range(len(inputs)) if mask >> i & 1 and is_differentiable(_dtype_of(inputs[i])))
        if wanted:
            wanted_ids.update(id(inputs[i]) for i in wanted)
            used.append((operation, wanted, passing))
    used.reverse()
    return used


def _function_of(step: Step, inputs: Sequence[Any]) -> tuple[Any, list]:
    """The step as a function of its wanted inputs, giving the outputs that pass a gradient on; and those inputs."""

    def function(*some: Any) -> list:
        merged = list(inputs)
        for number, one in zip(step.wanted, some, strict=True):
            merged[number] = one
        outputs = step.call(merged)
        return [output for place, output in zip(step.outputs, outputs, strict=True) if place is not None]

    return function, [inputs[number] for number in step.wanted]


def pull_back(plan: Plan, values: Sequence[Any], seeds: Sequence[Any]) -> list[Any]:
    """Gradients of the sources for gradients of the targets; None for sources that no target depends on."""
    gradients: dict[int, Any] = {}
    result: dict[int, Any] = {}
    wanted = set(plan.sources)
    for place, seed in zip(plan.targets, seeds, strict=True):
        gradients[place] = seed if place not in gradients else gradients[place] + seed
    for step in reversed(plan.steps):
        cotangents = []
        for place in step.outputs:
            if place is None:
                continue
            gradient = gradients.pop(place, None)
            if gradient is not None and place in wanted:
                result[place] = gradient
            cotangents.append(gradient)
        if all(one is None for one in cotangents):
            continue
        try:
            found = _step_back(step, values, cotangents)
        except ValueError as error:
            if _NO_REVERSE not in str(error):
                raise
            raise UnknownSizeError(_ENDLESS) from None
        for number, gradient in found:
            place = step.inputs[number]
            gradients[place] = gradients[place] + gradient if place in gradients else gradient
    result.update({place: gradients[place] for place in wanted if place in gradients})
    return [None if place is None else result.get(place) for place in plan.sources]


def _step_back(step: Step, values: Sequence[Any], cotangents: list) -> list:
    if step.pull is not None:
        # `pull` answers for every float output and every input that was watched.
        outputs, pull = step.pull
        given = iter(cotangents)
        full = []
        for place, like in zip(step.outputs, outputs, strict=True):
            one = next(given) if place is not None else None
            if is_differentiable(like.dtype):
                full.append(jnp.zeros_like(like) if one is None else one)
        found = dict(zip(step.pulled, pull(full), strict=True))
        return [(number, found[number]) for number in step.wanted]
    if step.split is not None:
        given = iter(cotangents)
        upstream = {i: next(given) for i, place in enumerate(step.outputs) if place is not None}
        kept = {i: values[place] for i, place in zip(step.split.kept, step.kept, strict=True)}
        inputs = [values[place] for place in step.inputs]
        answers = pull_through(step.split.pulls, "pull", step.split.pull, inputs, kept, upstream)
        return [(number, answers[number]) for number in step.wanted]

    def through(inputs: list, cotangents: list) -> Any:
        function, wanted = _function_of(step, inputs)
        outputs, pull = jax.vjp(function, *wanted)
        full = [jnp.zeros_like(o) if c is None else c.astype(o.dtype) for o, c in zip(outputs, cotangents, strict=True)]
        return pull(full)

    inputs = [values[place] for place in step.inputs]
    kind = None if step.key is None else (step.key, step.wanted, tuple([place is None for place in step.outputs]))
    return list(zip(step.wanted, pull_through(kinds, kind, through, inputs, cotangents), strict=True))


def push_forward(plan: Plan, tangents: Sequence[Any]) -> list[Any]:
    """Derivatives of the targets along tangents of the sources; None for targets that depend on none of them."""
    found: dict[int, Any] = {p: t for p, t in zip(plan.sources, tangents, strict=True) if p is not None}
    for step in plan.steps:
        given = [found.get(step.inputs[number]) for number in step.wanted]
        if all(one is None for one in given):
            continue
        function, inputs = _function_of(step, [plan.values[place] for place in step.inputs])
        full = [jnp.zeros_like(i) if t is None else t for i, t in zip(inputs, given, strict=True)]
        _, outputs = jax.jvp(function, inputs, full)
        for place, output in zip([p for p in step.outputs if p is not None], outputs, strict=True):
            found[place] = output
    return [found.get(place) for place in plan.targets]


_programs: OrderedDict[Any, Any] = OrderedDict()
_known: OrderedDict[Any, _Known] = OrderedDict()  # by the whole record that they were made for


class _Known:
    """A program with the places where its values are found in a record."""

    __slots__ = ("origins", "plan", "program", "runs")

    def __init__(self, plan: Plan, program: Callable):
        self.origins, self.program, self.runs = plan.origins, program, 0
        self.plan = plan.light()


def run(
    kind: str,
    function: Any,
    recorder: Recorder,
    targets: Sequence[Any],
    sources: Sequence[Any],
    args: list,
    plain: bool = False,
) -> Any:
    """Runs ``function(plan, values, args)`` for the plan that connects sources with targets.

    It is compiled when the same plan comes a second time, and done step by step before.

    Args:
      kind: names the function in the cache.
      function: pure but for its plan.
      recorder: the record.
      targets: arrays to differentiate.
      sources: arrays to differentiate with respect to.
      args: arrays.
      plain: whether these are ones, and nothing else will be asked of the record.
    """
    record: Any = None
    if recorder.at_once and not in_trace():
        found = guessed_gradients(recorder, targets, sources) if plain else None
        if found is not None:
            return found
        record = _record_of(recorder, targets, sources)
    if record is not None:
        try:
            record = (kind, len(args), *record)
            known = _known.get(record)
        except TypeError:  # an operation's parameters have no hash
            known = record = None
        if known is not None:
            known.runs += 1
            if plain and known.runs == _SURE and not runs_are_kept():
                note_guess(recorder, targets, sources, function, known.plan)
            operations = recorder.operations
            values = [None if origin is None else find(operations, origin) for origin in known.origins]
            return known.program(values, args)
    plan = Plan(recorder, targets, sources)
    program = _program_of(kind, function, plan, args)
    if program is None:
        return function(plan, plan.values, args)
    if record is not None:
        remember(_known, record, _Known(plan, program), _KEPT_PROGRAMS)
    return program(plan.values, args)


def _record_of(recorder: Recorder, targets: Sequence[Any], sources: Sequence[Any]) -> tuple | None:
    """What identifies a whole record, its targets and sources, but for numbers and shapes; None where nothing does.

    It is found faster than a plan, and says which plan it would be.
    """
    wiring = Wiring(recorder.operations, recorder.tracked)
    if wiring.key is None:
        return None
    return wiring.key, wiring.known(recorder.leaves), wiring.places_of(targets), wiring.places_of(sources)


def _program_of(kind: str, function: Any, plan: Plan, args: list) -> Callable | None:
    """The compiled program of a plan; None for one that comes for the first time, or cannot be compiled."""
    if plan.key is None or in_trace() or any(is_tracer(one) for one in (*plan.values, *args)):
        return None
    key = (kind, plan.key, len(args))
    program: Any = _programs.get(key)
    if program is None:
        program = remember(_programs, key, "seen", _KEPT_PROGRAMS)
        if not ((plan.repeated and len(plan.steps) <= _SHORT) or runs_are_kept()):
            return None
    if program == "seen":
        light = plan.light()
        program = _programs[key] = jax.jit(lambda values, args: function(light, values, args))
    _programs.move_to_end(key)
    return program
