"""What TensorFlow calls the parts of an optimizer in its checkpoints."""

from __future__ import annotations

from typing import Any

from kerax.optimizers import Optimizer, legacy
from kerax.saving.leaves import NumberLeaf, VariableLeaf
from kerax.saving.trackable_group import Group
from kerax.state import Variable, children

# Attribute that holds the list of a slot in tf.keras 2.15, by optimizer and slot.
_LISTS = {
    "SGD": {"momentum": "momentums"},
    "Lion": {"momentum": "momentums"},
    "Adamax": {"momentum": "_m", "norm": "_u"},
    "Adafactor": {"r": "_r", "c": "_c", "velocity": "_v"},
}
_COMMON_LISTS = {
    "momentum": "_momentums",
    "velocity": "_velocities",
    "velocity_hat": "_velocity_hats",
    "average_gradient": "_average_gradients",
    "accumulator": "_accumulators",
    "accumulated_grad": "_accumulated_grads",
    "accumulated_delta_var": "_accumulated_delta_vars",
    "linear": "_linears",
}
_LEGACY_NUMBERS = {
    "SGD": ("decay", "momentum"),
    "RMSprop": ("decay", "momentum", "rho"),
    "Adagrad": ("decay",),
    "Adadelta": ("decay", "rho"),
    "Adam": ("beta_1", "beta_2", "decay"),
    "Adamax": ("beta_1", "beta_2", "decay"),
    "Nadam": ("beta_1", "beta_2", "decay"),
    "Ftrl": ("beta", "decay", "l1_regularization_strength", "l2_regularization_strength", "learning_rate_power"),
}


def is_legacy(optimizer: Any) -> bool:
    """Whether it is one of ``kerax.optimizers.legacy``, whose slots stand under the variables they belong to."""
    return isinstance(optimizer, legacy.Optimizer)


def optimizer_children(optimizer: Optimizer) -> list[tuple[str, Any]]:
    """Names and objects that TensorFlow would find in an optimizer."""
    if is_legacy(optimizer):
        return _legacy_children(optimizer)
    tables = vars(optimizer).get("_slot_tables")
    if optimizer.built and (tables is None or _inner(optimizer)):
        return _other_children(optimizer)
    iterations = VariableLeaf(optimizer._iterations, "int64", "iteration")
    found: list[tuple[str, Any]] = []
    listed: list[Any] = [iterations]
    named: list[tuple[str, Any]] = []
    kind = type(optimizer).__name__
    if optimizer.built:
        averages = list(vars(optimizer).get("_averages") or ())
        slots: dict[str, list[Variable]] = {}
        for table in tables or ():
            for name, slot in table.items():
                slots.setdefault(name, []).append(slot)
        wanted = {id(slot) for column in slots.values() for slot in column}
        listed += averages
        listed += [variable for variable in optimizer.variables if id(variable) in wanted]
        if averages:
            named.append(("_model_variables_moving_average", averages))
        for name, column in slots.items():
            named.append((_LISTS.get(kind, {}).get(name) or _COMMON_LISTS.get(name, f"_{name}s"), column))
        for name, variable in (vars(optimizer).get("_shared_variables") or {}).items():
            named.append((f"_{name}", variable))
        accumulators = vars(optimizer).get("_accumulators")
        if accumulators:
            named.append(("_gradient_accumulators", list(accumulators)))
    found.append(("_variables", Group(optimizer, "_variables", listed)))
    found.append(("_iterations", iterations))
    rate = optimizer._learning_rate
    if isinstance(rate, Variable):
        found.append(("_learning_rate", VariableLeaf(rate, full_name="learning_rate")))
    found += [(name, Group(optimizer, name, one) if isinstance(one, list) else one) for name, one in named]
    return found


def _legacy_children(optimizer: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [
        ("iter", VariableLeaf(optimizer._iterations, "int64", f"{optimizer.name}/iter")),
    ]
    for name in _LEGACY_NUMBERS.get(type(optimizer).__name__, ("decay",)):
        if isinstance(getattr(optimizer, name, None), (int, float)):
            found.append((name, NumberLeaf(optimizer, name)))
    rate = optimizer._learning_rate
    if isinstance(rate, Variable):
        found.append(("learning_rate", VariableLeaf(rate, full_name=f"{optimizer.name}/learning_rate")))
    found += list((vars(optimizer).get("_shared_variables") or {}).items())
    return found


def legacy_slots(optimizer: Any) -> list[tuple[Variable, str, Variable]]:
    """Variable, name of the slot, slot: for all slots of a legacy optimizer that is built."""
    if not (is_legacy(optimizer) and optimizer.built):
        return []
    pairs = zip(optimizer._trainable_variables, optimizer._slot_tables)
    found = [(variable, name, slot) for variable, table in pairs for name, slot in table.items()]
    return sorted(found, key=lambda item: list(optimizer._slot_tables[0]).index(item[1]))


def _other_children(optimizer: Any) -> list[tuple[str, Any]]:
    """Optimizers that wrap others or optax: their own variables in order, and the optimizers inside."""
    found: list[tuple[str, Any]] = [("_variables", Group(optimizer, "_variables", list(optimizer.variables)))]
    return found + _inner(optimizer)


def _inner(optimizer: Any) -> list[tuple[str, Any]]:
    return [(name, module) for name, module in children(optimizer)[1] if isinstance(module, Optimizer)]
