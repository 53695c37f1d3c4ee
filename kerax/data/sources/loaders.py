"""Python iterables and other libraries' loaders as sources."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from kerax.data.convert import to_element
from kerax.data.operations.generator import Generator
from kerax.data.spec import UNKNOWN_CARDINALITY, TensorSpec, common_spec, spec_of
from kerax.data.structure import Structure

_LOOKED_AT = 8


def iterable_source(iterable: Any, signature: Any = None) -> Generator:
    """Builds the source of ``Dataset.from_iterable``."""
    if isinstance(iterable, Iterator) or (hasattr(iterable, "__next__") and iter(iterable) is iterable):
        raise TypeError(
            f"from_iterable(iterable=...) must be able to begin anew for every pass; a "
            f"{type(iterable).__name__} can be "
            "read once. Pass the function that makes it to from_generator()."
        )
    try:
        first = [to_element(_as_arrays(item)) for item in itertools.islice(iter(iterable), _LOOKED_AT)]
    except TypeError as error:
        raise TypeError(f"from_iterable(iterable=...): {error}") from None
    if signature is None:
        if not first:
            raise ValueError("from_iterable() needs output_signature=... for an iterable without items.")
        signature = spec_of(first[0])
        for item in first[1:]:
            common = common_spec(signature, spec_of(item))
            if common is None:
                raise ValueError(
                    f"from_iterable(): the items differ in structure or dtype: {signature}, {spec_of(item)}."
                )
            signature = common
        batches = _loader_batches(iterable)
        if batches:  # the last batch of a loader can be smaller, and the first ones do not show it
            structure, specs = Structure.flatten(signature)
            signature = structure.unflatten([_open_first(spec) for spec in specs])

    def items() -> Iterator[Any]:
        for item in iterable:
            yield _as_arrays(item)

    count = len(iterable) if isinstance(iterable, (list, tuple)) else UNKNOWN_CARDINALITY
    return Generator(items, signature, (), count)


def _open_first(spec: Any) -> Any:
    return TensorSpec((None, *spec.shape[1:]), spec.dtype) if type(spec) is TensorSpec and spec.shape else spec


def _loader_batches(iterable: Any) -> bool:
    return hasattr(iterable, "batch_size") and hasattr(iterable, "dataset")


def _as_arrays(item: Any) -> Any:
    """Torch tensors become arrays, lists at structure level tuples."""
    if isinstance(item, dict):
        return {key: _as_arrays(value) for key, value in item.items()}
    if isinstance(item, (tuple, list)) and any(_is_array(value) or isinstance(value, (dict, tuple)) for value in item):
        parts = [_as_arrays(value) for value in item]
        return type(item)(*parts) if hasattr(item, "_fields") else tuple(parts)
    if hasattr(item, "detach") and hasattr(item, "numpy"):
        return item.detach().cpu().numpy()
    return item


def _is_array(value: Any) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype")
