"""Guesses: the gradients that will be asked for, computed together with the loss.

In a training loop the same layers, the same loss and the same call of ``gradient`` come in every step. Where that has
been seen several times, the loss and the gradients are one program: one start instead of two, and nothing is stored
between them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import numpy as np

from kerax.tape.jitted import Jitted, runs_are_kept
from kerax.tape.operation import Operation
from kerax.tape.wiring import Wiring

if TYPE_CHECKING:
    from kerax.tape.recorder import Recorder

_KEPT = 8  # guesses for one loss
_WRONG = 4  # times a guess may be computed in vain
Origin = tuple[int, bool, int]  # number of an operation, whether one of its outputs, which


class Guess:
    """A program for a loss and the gradients of what came before it.

    Args:
      program: ``(values, inputs of the loss) -> (outputs of the loss, gradients)``.
      values: where the values are found.
      sources: where the arrays are found that the gradients belong to.
    """

    __slots__ = ("program", "runs", "sources", "used", "values")

    def __init__(self, program: Callable, values: list[Origin | None], sources: list[Origin]):
        self.program, self.values, self.sources = program, values, sources
        self.runs = self.used = 0


class Guessed(NamedTuple):
    """Gradients that were computed with a loss: for whom, and by which guess."""

    guess: Guess
    sources: list[Any]
    gradients: list[Any]


def find(operations: Sequence[Operation], origin: Origin) -> Any:
    """The array at a place in a record."""
    number, is_output, which = origin
    operation = operations[number]
    return (operation.outputs if is_output else operation.inputs)[which]


def _key_of(recorder: Recorder, before: Sequence[Operation], inputs: Sequence[Any]) -> Any:
    wiring = Wiring(before, recorder.tracked)
    if wiring.key is None:
        return None
    return wiring.key, wiring.places_of(inputs), recorder.followed(inputs), wiring.known(recorder.leaves)


def note_guess(
    recorder: Recorder, targets: Sequence[Any], sources: Sequence[Any], function: Callable, plan: Any
) -> None:
    """Makes a guess from a gradient that has been computed several times.

    Args:
      recorder: the record; its last operation must be the loss.
      targets: what was differentiated.
      sources: with respect to which.
      function: ``(plan, values, [1]) -> gradients``.
      plan: where values are found and what is done with them.
    """
    last = recorder.operations[-1]
    split = last.split
    if split is None or split.outputs != 1 or len(targets) != 1 or targets[0] is not last.outputs[0]:
        return
    jitted, number = split.jitted, len(recorder.operations) - 1
    key = _key_of(recorder, recorder.operations[:-1], last.inputs)
    places = {id(one): (i, False, j) for i, done in enumerate(recorder.operations) for j, one in enumerate(done.inputs)}
    if key is None or targets[0].ndim or key in jitted.guesses or len(jitted.guesses) >= _KEPT:
        return
    if None in plan.sources or any(id(source) not in places for source in sources):
        return
    seed = np.ones((), targets[0].dtype)
    origins = plan.origins
    inner = {
        place: origin[2] for place, origin in enumerate(origins) if origin is not None and origin[:2] == (number, True)
    }

    def run(values: list, inputs: list) -> tuple[list, list]:
        outputs = split.call(inputs)
        full = [outputs[inner[i]] if i in inner else value for i, value in enumerate(values)]
        return outputs[: split.outputs], function(plan, full, [seed])

    values = [None if i in inner else origin for i, origin in enumerate(origins)]
    jitted.guesses[key] = Guess(jax.jit(run), values, [places[id(source)] for source in sources])


def run_guessed(recorder: Recorder, jitted: Jitted, inputs: list) -> Operation | None:
    """Runs a loss together with the gradients that are expected; None where nothing is known to expect."""
    if runs_are_kept():
        return None
    key = _key_of(recorder, recorder.operations, inputs)
    try:
        guess = jitted.guesses.get(key)
    except TypeError:  # an operation's parameters have no hash
        return None
    if guess is None:
        return None
    guess.runs += 1
    if guess.runs - guess.used > _WRONG:
        jitted.guesses[key] = None
        return None
    operation = Operation(jitted, jitted.call, inputs, (), recorder.followed(inputs), jitted.links)
    operations = [*recorder.operations, operation]
    values = [None if origin is None else find(operations, origin) for origin in guess.values]
    operation.outputs, gradients = guess.program(values, inputs)
    operation.guessed = Guessed(guess, [find(operations, origin) for origin in guess.sources], gradients)
    return operation


def guessed_gradients(recorder: Recorder, targets: Sequence[Any], sources: Sequence[Any]) -> list | None:
    """The gradients, if they were computed with the target."""
    guessed = recorder.operations[-1].guessed if recorder.operations else None
    if guessed is None or len(targets) != 1 or targets[0] is not recorder.operations[-1].outputs[0]:
        return None
    if len(sources) != len(guessed.sources) or not all(map(operator.is_, sources, guessed.sources)):
        return None
    guessed.guess.used += 1
    return list(guessed.gradients)
