"""The compiled programs of a model function: training steps, evaluation steps, prediction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.errors import did_you_mean
from kerax.estimators.row_gradient import row_gradient
from kerax.estimators.template import GLOBAL_STEP, Blueprint, Run
from kerax.state import Scope
from kerax.state.host_stage import replayed
from kerax.training.sources import batch_at

Values = dict[str, Any]


class Program:
    """A model function in one mode.

    Args:
      mode: which.
      call: ``call(inputs)`` runs the model function on a batch.
      blueprint: what its first run found.
      seed: of the noise of training.

    Attributes:
      spec: what the model function returned when it was traced last for one batch; its hooks are alive.
      summaries: ``(kind, tag)`` of what a step gives for event files.
    """

    def __init__(self, mode: str, call: Callable[[Any], Any], blueprint: Blueprint, seed: int | None) -> None:
        self.mode, self.call, self.blueprint = mode, call, blueprint
        self.key = jax.random.key(int(seed or 0) & 0x7FFFFFFF)
        self.spec: Any = None
        self.summaries: list[tuple[str, str]] = []
        self.metrics: dict[str, Any] = {}
        self._tensor_places: dict[int, int] = {}
        self._look = jax.jit(self._forward_only)
        self._train = jax.jit(self._many, donate_argnums=0)
        self._evaluate = jax.jit(self._evaluation_step, donate_argnums=1)
        self._predict = jax.jit(self._prediction)
        self._metric_results = jax.jit(self._results)

    def _run(self, values: Values, inputs: Any, noise: bool = False, state: Any = None) -> tuple[Run, Any]:
        key = jax.random.fold_in(self.key, values[GLOBAL_STEP]) if noise else self.key
        run = Run(self.mode, values, self.blueprint.names, key, state)
        with replayed(inputs) as plain:
            return run, run.run(lambda: self.call(plain))

    # ---- training ---------------------------------------------------------------------------------------------------
    def prepare(self, values: Values, inputs: Any) -> None:
        """Traces a step, so that the hooks that the model function makes are known."""
        self._look.eval_shape(values, inputs)

    def look(self, values: Values, inputs: Any) -> dict[str, Any]:
        """What hooks may ask for at a step, which is not taken."""
        return self._look(values, inputs)

    def _forward_only(self, values: Values, inputs: Any) -> dict[str, Any]:
        run, spec = self._run(values, inputs, noise=True)
        self.spec = spec
        return {"summaries": self._summaries(run), "tensors": self._tensors(run, spec)}

    def _summaries(self, run: Run) -> list[Any]:
        self.summaries = [(kind, tag) for kind, tag, _ in run.summaries]
        return [array for *_, array in run.summaries]

    def train(self, values: Values, stack: Any, count: int) -> tuple[Values, Any]:
        """Steps on the first batches of a stack.

        One program takes one step or many, so that training has the same bits however it is cut into calls.

        Args:
          values: the variables; they are given away.
          stack: batches of one shape, stacked.
          count: how many of them to use.

        Returns:
          New values, and a loss for each batch of the stack.
        """
        return self._train(values, stack, np.int32(count))

    def _step(self, values: Values, inputs: Any) -> tuple[Values, Any]:
        names = self.blueprint.names
        params = {name: values[name] for name in self.blueprint.trainable}
        runs: list[tuple[Run, list[int]]] = []

        def forward(params: Values) -> Any:
            run, spec = self._run({**values, **params}, inputs, noise=True)
            losses = {id(one.loss): one.loss for one in run.train_op.lowerings}
            runs.append((run, list(losses)))
            rows = {key: jnp.concatenate(ids) for key, ids in run.rows.items()}
            after = [run.scope.values[id(variable)] for variable in run.made]
            loss = jnp.asarray(spec.loss, jnp.float32)
            return tuple(jnp.asarray(loss).reshape(()) for loss in losses.values()), (after, rows, loss)

        losses, pull, (after, rows, loss) = jax.vjp(forward, params, has_aux=True)
        run, keys = runs[-1]
        gradients = {}
        for place, key in enumerate(keys):
            ones = tuple(jnp.ones_like(loss) if i == place else jnp.zeros_like(loss) for i, loss in enumerate(losses))
            gradients[key] = pull(ones)[0]
        name_of = {id(variable): name for variable, name in zip(run.made, names)}
        with Scope({id(variable): array for variable, array in zip(run.made, after)}) as scope:
            for lowering in run.train_op.lowerings:
                chosen = lowering.variables or []
                found = [gradients[id(lowering.loss)].get(name_of.get(id(v))) for v in chosen]
                found = [g if id(v) not in rows else row_gradient(g, rows[id(v)]) for g, v in zip(found, chosen)]
                if chosen:
                    lowering.optimizer.apply(found, chosen)
            for counter in run.train_op.counters:
                if counter is not run.global_step:
                    counter.assign(counter.read() + 1)
            run.global_step.assign(values[GLOBAL_STEP] + 1)
        new = {name: scope.values[id(v)] for name, v in zip(names, run.made) if name is not None}
        return {name: new[name] for name in values}, loss

    def _many(self, values: Values, stack: Any, count: Any) -> tuple[Values, Any]:
        def step(i: Any, carry: Any) -> Any:
            values, losses = carry
            new, loss = self._step(values, batch_at(stack, i))
            return new, losses.at[i].set(loss)

        size = jax.tree.leaves(stack)[0].shape[0]
        return jax.lax.fori_loop(0, count, step, (values, jnp.zeros(size, jnp.float32)))

    # ---- what hooks see ---------------------------------------------------------------------------------------------
    def _tensors(self, run: Run, spec: Any) -> dict[str, Any]:
        """The named tensors, and those that hooks made by the model function hold."""
        hooks = [*spec.training_chief_hooks, *spec.training_hooks, *spec.evaluation_hooks, *spec.prediction_hooks]
        held: dict[int, Any] = {}
        for hook in hooks:
            _collect(vars(hook), held, 0)
        self._tensor_places = {key: place for place, key in enumerate(held)}
        self._held = held  # the tracers' ids stay their own while they are kept
        return {**run.tensors, **{f"held {place}": array for place, array in enumerate(held.values())}}

    def lookup(self, wanted: Any, seen: dict[str, Any], values: Values, before: int) -> Any:
        """What a hook asked for: a name, or an array that the model function made.

        Args:
          wanted: a name or an array.
          seen: what the step gave.
          values: the variables after the step.
          before: the global step before it.

        Raises:
          ValueError: for a name that there is not.
        """
        tensors = seen.get("tensors", {})
        if isinstance(wanted, str):
            name = wanted.removesuffix(":0")
            if name == "loss":
                return np.asarray(seen["loss"])
            if name == GLOBAL_STEP:
                return np.int64(before)
            if name == "step of summaries":  # the one that the step led to
                return np.int64(before + (self.mode == "train"))
            if name == "summaries":
                return [(*kind, array) for kind, array in zip(self.summaries, seen.get("summaries", ()))]
            found = tensors.get(name, values.get(name))
            if found is None:
                known = ["loss", *tensors, *values]
                known = [one for one in known if not one.startswith("held ")]
                raise ValueError(
                    f"A hook asked for {wanted!r}, which is neither a named tensor nor a variable."
                    f"{did_you_mean(name, known)} There are: {', '.join(known)}."
                )
            return np.asarray(found)
        place = self._tensor_places.get(id(wanted))
        if place is not None:
            return np.asarray(tensors[f"held {place}"])
        path = getattr(wanted, "path", None)
        if path is not None:  # a variable
            return self.lookup(path, seen, values, before)
        if isinstance(wanted, jax.core.Tracer):
            raise ValueError(
                f"A hook asked for an array of the model function that it did not hold when it was made: {wanted}. "
                "Keep it in an attribute of the hook."
            )
        return wanted

    # ---- evaluation and prediction ----------------------------------------------------------------------------------
    def prepare_evaluation(self, values: Values, state: list[Any], inputs: Any) -> None:
        """Traces a step, so that the hooks that the model function makes are known."""
        self._evaluate.eval_shape(values, state, inputs)

    def evaluate(self, values: Values, state: list[Any], inputs: Any) -> tuple[list[Any], dict[str, Any]]:
        """One step; returns the new state of the metrics and what the step gives."""
        return self._evaluate(values, state, inputs)

    def _evaluation_step(self, values: Values, state: list[Any], inputs: Any) -> tuple[Any, Any]:
        places = self.blueprint.metric_places
        run, spec = self._run(values, inputs, state=dict(zip(places, state)))
        self.spec, self.metrics, self._made = spec, run.metrics, run.made
        pairs = {key: pair[1] for key, pair in spec.eval_metric_ops.items() if isinstance(pair, tuple)}
        pairs = {key: jnp.asarray(update if hasattr(update, "shape") else 0.0) for key, update in pairs.items()}
        seen = {
            "loss": jnp.asarray(spec.loss, jnp.float32), "pairs": pairs, "tensors": self._tensors(run, spec),
            "summaries": self._summaries(run),
        }  # fmt: skip
        return [run.scope.values[id(run.made[place])] for place in places], seen

    def results(self, state: list[Any]) -> dict[str, Any]:
        """Metric -> result."""
        return self._metric_results(state)

    def _results(self, state: list[Any]) -> dict[str, Any]:
        boxes = [self._made[place] for place in self.blueprint.metric_places]
        with Scope({id(variable): array for variable, array in zip(boxes, state)}):
            return {key: metric.result() for key, metric in self.metrics.items()}

    def prepare_prediction(self, values: Values, inputs: Any) -> None:
        """Traces a batch, so that the hooks that the model function makes are known."""
        self._predict.eval_shape(values, inputs)

    def predict(self, values: Values, inputs: Any) -> tuple[Any, dict[str, Any]]:
        """Predictions for a batch, and what hooks may ask for."""
        return self._predict(values, inputs)

    def _prediction(self, values: Values, inputs: Any) -> Any:
        run, spec = self._run(values, inputs)
        self.spec = spec
        return spec.predictions, {"loss": jnp.float32(0), "tensors": self._tensors(run, spec)}


def _collect(node: Any, found: dict[int, Any], depth: int) -> None:
    """Finds traced arrays in the attributes of a hook."""
    if isinstance(node, jax.core.Tracer):
        found[id(node)] = node
    elif depth < 4 and isinstance(node, dict):
        for one in node.values():
            _collect(one, found, depth + 1)
    elif depth < 4 and isinstance(node, (list, tuple, set)):
        for one in node:
            _collect(one, found, depth + 1)
