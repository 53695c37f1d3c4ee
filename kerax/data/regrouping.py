"""Transformations that put elements together in other groups, as methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kerax.data import validate
from kerax.data.convert import dtype_name
from kerax.data.node import Node
from kerax.data.operations.checked import IgnoreErrors, WithOptions, options_of
from kerax.data.operations.choose import Choose, Counter, Draws
from kerax.data.operations.ragged_batch import RaggedBatch, SparseBatch
from kerax.data.operations.regroup import GroupByWindow, Rebatch, Resample
from kerax.data.options import Options
from kerax.data.spec import TensorSpec
from kerax.data.structure import Structure
from kerax.state.rng import draw_seed

if TYPE_CHECKING:
    from kerax.data.dataset import Dataset


def seed_of(seed: Any, operation: str) -> int:
    """Returns a user's seed, or one from the global generator."""
    return draw_seed() if seed is None else abs(validate.integer(seed, "seed", operation))


class Regrouping:
    """Batches that are not padded, groups by key, several datasets in one."""

    _plan: Node
    _dataset: type

    def _then(self, plan: Node) -> Dataset:
        return self._dataset(plan)

    def ragged_batch(
        self, batch_size: int, drop_remainder: bool = False, row_splits_dtype: Any = "int64", name: str | None = None
    ) -> Dataset:
        """Makes batches in which elements of different sizes stand as rows of a ``RaggedTensor``.

        Components whose sizes are all known beforehand become arrays, as in ``batch``.

        Args:
          batch_size: how many elements make a batch.
          drop_remainder: whether a shorter last batch is left out.
          row_splits_dtype: ``int32`` or ``int64``.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``batch_size`` is not positive, or the rank of an element is not known.

        Example:
          >>> import numpy as np, kerax
          >>> [b.to_list() for b in kerax.data.Dataset.range(4).map(np.arange).ragged_batch(2)]
          [[[], [0]], [[0, 1], [0, 1, 2]]]
        """
        size = validate.positive(batch_size, "batch_size", "ragged_batch")
        return self._then(RaggedBatch(self._plan, size, bool(drop_remainder), dtype_name(row_splits_dtype)))

    def sparse_batch(self, batch_size: int, row_shape: Any, name: str | None = None) -> Dataset:
        """Makes batches as ``SparseTensor`` objects.

        Args:
          batch_size: how many elements make a batch.
          row_shape: the shape of a row, ``None`` in it for the largest size in the batch.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``batch_size`` is not positive; while iterating, if an element does not fit into a row.

        Example:
          >>> import numpy as np, kerax
          >>> [b.shape for b in kerax.data.Dataset.range(4).map(np.arange).sparse_batch(2, [5])]
          [(2, 5), (2, 5)]
        """
        size = validate.positive(batch_size, "batch_size", "sparse_batch")
        shape = tuple(None if part is None or int(part) < 0 else int(part) for part in row_shape)
        return self._then(SparseBatch(self._plan, size, False, shape))

    def rebatch(self, batch_size: Any, drop_remainder: bool = False, name: str | None = None) -> Dataset:
        """Cuts batches anew, as ``unbatch().batch(batch_size)`` does.

        Args:
          batch_size: the new size, or several sizes that take turns.
          drop_remainder: whether a shorter last batch is left out.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if a size is not positive, or elements are no batches.

        Example:
          >>> import kerax
          >>> [b.tolist() for b in kerax.data.Dataset.range(5).batch(4).rebatch([2, 1])]
          [[0, 1], [2], [3, 4]]
        """
        sizes = np.atleast_1d(np.asarray(batch_size)).tolist()
        sizes = tuple(validate.positive(size, "batch_size", "rebatch") for size in sizes)
        for spec in Structure.flatten(self._plan.spec)[1]:
            if isinstance(spec, TensorSpec) and spec.shape == ():
                raise ValueError("rebatch() needs elements that are batches; these are scalars. Use batch() instead.")
        return self._then(Rebatch(self._plan, sizes, bool(drop_remainder)))

    def group_by_window(
        self,
        key_func: Callable,
        reduce_func: Callable,
        window_size: int | None = None,
        window_size_func: Callable | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Collects elements by key, and makes a dataset of those of one key as soon as there are enough.

        Args:
          key_func: takes an element, returns an int64.
          reduce_func: takes a key and the dataset of its elements, returns a dataset.
          window_size: how many elements of one key make a group.
          window_size_func: takes a key, returns the size of its groups.
          name: a label, kept for compatibility.

        Raises:
          ValueError: unless just one of the two sizes is given; while iterating, for a key that is no int64.

        Example:
          >>> import kerax
          >>> ds = kerax.data.Dataset.range(6).group_by_window(lambda x: x % 2, lambda key, ds: ds.batch(2), 2)
          >>> [b.tolist() for b in ds]
          [[0, 2], [1, 3], [4], [5]]
        """
        key_func = validate.kept_function(key_func, "key_func", "group_by_window")
        reduce_func = validate.kept_function(reduce_func, "reduce_func", "group_by_window")
        if (window_size is None) == (window_size_func is None):
            raise ValueError("group_by_window() takes either window_size=... or window_size_func=...")
        if window_size_func is None:
            size = validate.integer(window_size, "window_size", "group_by_window")
            window_size_func = lambda key: size  # noqa: E731
        else:
            window_size_func = validate.kept_function(window_size_func, "window_size_func", "group_by_window")
        return self._then(GroupByWindow(self._plan, key_func, reduce_func, window_size_func, self._dataset))

    def bucket_by_sequence_length(
        self,
        element_length_func: Callable,
        bucket_boundaries: Any,
        bucket_batch_sizes: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Makes padded batches of elements of similar lengths.

        Args:
          element_length_func: takes an element, returns its length.
          bucket_boundaries: where one bucket ends and the next begins, ascending.
          bucket_batch_sizes: the batch size of every bucket, one more than there are boundaries.
          padded_shapes: as for ``padded_batch``.
          padding_values: as for ``padded_batch``.
          pad_to_bucket_boundary: whether sizes that are not known are filled up to the bucket's boundary minus one
            instead of to the longest element of the batch.
          no_padding: whether elements are batched as they are.
          drop_remainder: whether smaller last batches are left out.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if the numbers of boundaries and sizes do not fit; while iterating, with
            ``pad_to_bucket_boundary`` for an element of the last bucket, which has no boundary.

        Example:
          >>> import numpy as np, kerax
          >>> ds = kerax.data.Dataset.range(1, 5).map(lambda x: np.full(x, x))
          >>> [b.tolist() for b in ds.bucket_by_sequence_length(len, [3], [2, 2])]
          [[[1, 0], [2, 2]], [[3, 3, 3, 0], [4, 4, 4, 4]]]
        """
        bounds = [int(bound) for bound in bucket_boundaries]
        sizes = [
            validate.positive(size, "bucket_batch_sizes", "bucket_by_sequence_length") for size in bucket_batch_sizes
        ]
        if len(sizes) != len(bounds) + 1:
            raise ValueError(
                f"bucket_by_sequence_length() needs one batch size more than boundaries, received "
                f"{len(sizes)} sizes and "
                f"{len(bounds)} boundaries."
            )
        element_length_func = validate.kept_function(
            element_length_func, "element_length_func", "bucket_by_sequence_length"
        )

        def key_func(*parts: Any) -> np.int64:
            return np.int64(np.searchsorted(bounds, int(element_length_func(*parts)), side="right"))

        def reduce_func(key: np.int64, group: Dataset) -> Dataset:
            if no_padding:
                return group.batch(sizes[key], drop_remainder)
            shapes = padded_shapes
            if pad_to_bucket_boundary:
                if key >= len(bounds):
                    raise ValueError(
                        "With pad_to_bucket_boundary=True every element must be shorter than the last boundary, "
                        f"{bounds[-1] if bounds else 'which is missing'}."
                    )
                shapes = _fill_shapes(group.element_spec, padded_shapes, bounds[int(key)] - 1)
            return group.padded_batch(sizes[key], shapes, padding_values, drop_remainder)

        like = self.batch(1) if no_padding else self.padded_batch(1, padded_shapes, padding_values)  # type: ignore[attr-defined]
        size_of = sizes.__getitem__
        return self._then(GroupByWindow(self._plan, key_func, reduce_func, size_of, self._dataset, like._plan))

    def rejection_resample(
        self,
        class_func: Callable,
        target_dist: Any,
        initial_dist: Any = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Leaves elements out at random, so that classes are distributed as asked. Elements become (class, element).

        Args:
          class_func: takes an element, returns its class, an integer.
          target_dist: the wanted share of every class.
          initial_dist: the shares as they are; estimated on the way by default.
          seed: makes the choice reproducible.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if the distributions differ in length.

        Example:
          >>> import kerax
          >>> ds = kerax.data.Dataset.range(100).rejection_resample(lambda x: int(x < 90), [0.5, 0.5], seed=1)
          >>> 10 <= len(list(ds)) < 60
          True
        """
        class_func = validate.kept_function(class_func, "class_func", "rejection_resample")
        target = _distribution(target_dist, "target_dist")
        initial = None if initial_dist is None else _distribution(initial_dist, "initial_dist")
        if initial is not None and len(initial) != len(target):
            raise ValueError(
                f"rejection_resample() needs distributions of one length, received {len(target)} and {len(initial)}."
            )
        return self._then(Resample(self._plan, class_func, target, initial, seed_of(seed, "rejection_resample")))

    @classmethod
    def choose_from_datasets(cls, datasets: Any, choice_dataset: Any, stop_on_empty_dataset: bool = True) -> Dataset:
        """Takes each next element from the dataset whose number another dataset gives.

        Args:
          datasets: a list of datasets with elements of one kind.
          choice_dataset: a dataset of int64 numbers.
          stop_on_empty_dataset: whether to end when a chosen dataset has ended, rather than to go on with the others.

        Raises:
          ValueError: for an empty list.
          TypeError: if elements differ in kind, or choices are no int64.

        Example:
          >>> import kerax
          >>> Dataset = kerax.data.Dataset
          >>> parts = [Dataset.range(3), Dataset.range(10, 13)]
          >>> [int(x) for x in Dataset.choose_from_datasets(parts, Dataset.range(2).repeat(2))]
          [0, 10, 1, 11]
        """
        plans = _plans(datasets, "choose_from_datasets")
        plan = getattr(choice_dataset, "_plan", None)
        if not isinstance(plan, Node) or plan.spec != TensorSpec((), "int64"):
            found = plan.spec if isinstance(plan, Node) else type(choice_dataset).__name__
            raise TypeError(
                f"choose_from_datasets(choice_dataset=...) must hold single int64 numbers, received {found}."
            )
        node = Choose(plans, plan, bool(stop_on_empty_dataset), "choose_from_datasets")
        _ = node.spec  # raises for elements of different kinds
        return cls._dataset(node)

    @classmethod
    def sample_from_datasets(
        cls,
        datasets: Any,
        weights: Any = None,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Dataset:
        """Takes each next element from one of several datasets, drawn at random.

        Args:
          datasets: a list of datasets with elements of one kind.
          weights: how probable each is, or a dataset of such weights; all alike by default.
          seed: makes the choice reproducible.
          stop_on_empty_dataset: whether to end when a drawn dataset has ended, rather than to go on with the others.
          rerandomize_each_iteration: whether each pass draws anew; True without a seed.

        Raises:
          ValueError: if weights and datasets differ in number, or are negative.

        Example:
          >>> import kerax
          >>> Dataset = kerax.data.Dataset
          >>> ds = Dataset.sample_from_datasets([Dataset.range(3), Dataset.range(10, 13)], seed=1)
          >>> sorted(int(x) for x in ds)
          [0, 1, 2, 10, 11, 12]
        """
        plans = _plans(datasets, "sample_from_datasets")
        anew = seed is None if rerandomize_each_iteration is None else bool(rerandomize_each_iteration)
        number = seed_of(seed, "sample_from_datasets")
        if hasattr(weights, "_plan"):
            draws = cls._dataset(Draws(None, number, anew))
            choice = cls._dataset.zip(weights, draws).map(
                lambda weight, draw: np.int64(
                    np.searchsorted(np.cumsum(weight), draw / 2**32 * np.sum(weight), "right")
                )
            )
            return cls._dataset(Choose(plans, choice._plan, bool(stop_on_empty_dataset), "sample_from_datasets"))
        shares = [1.0] * len(plans) if weights is None else [float(weight) for weight in np.asarray(weights).ravel()]
        if len(shares) != len(plans):
            raise ValueError(
                f"sample_from_datasets(weights=...) needs one weight for each of the {len(plans)} datasets, received "
                f"{len(shares)}."
            )
        if min(shares) < 0 or not sum(shares) > 0:
            raise ValueError(
                f"sample_from_datasets(weights=...) must not be negative and not all 0, received {shares}."
            )
        kept = [(plan, share) for plan, share in zip(plans, shares) if share > 0]
        if len(kept) == 1:
            return cls._dataset(kept[0][0])
        draw = Draws(tuple(share for _, share in kept), number, anew)
        parts = tuple(plan for plan, _ in kept)
        node = Choose(parts, draw, bool(stop_on_empty_dataset), "sample_from_datasets")
        _ = node.spec  # raises for elements of different kinds
        return cls._dataset(node)

    @classmethod
    def random(
        cls, seed: int | None = None, rerandomize_each_iteration: bool | None = None, name: str | None = None
    ) -> Dataset:
        """Returns a dataset of random int64 numbers from 0 to 2**32 - 1, without end.

        Args:
          seed: makes the numbers reproducible.
          rerandomize_each_iteration: whether each pass has other numbers; True without a seed.
          name: a label, kept for compatibility.

        Example:
          >>> import kerax
          >>> ds = kerax.data.Dataset.random(seed=4).take(3)
          >>> list(ds) == list(ds)
          True
        """
        anew = seed is None if rerandomize_each_iteration is None else bool(rerandomize_each_iteration)
        return cls._dataset(Draws(None, seed_of(seed, "random"), anew))

    @classmethod
    def counter(cls, start: Any = 0, step: Any = 1, dtype: Any = "int64", name: str | None = None) -> Dataset:
        """Returns a dataset of numbers a fixed step apart, without end.

        Args:
          start: the first number.
          step: how far numbers are apart.
          dtype: the dtype of the numbers.
          name: a label, kept for compatibility.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.counter(3, 2).take(3)]
          [3, 5, 7]
        """
        return cls._dataset(Counter(np.asarray(start).item(), np.asarray(step).item(), dtype_name(dtype)))

    def ignore_errors(self, log_warning: bool = False, name: str | None = None) -> Dataset:
        """Leaves out elements that cannot be computed.

        Args:
          log_warning: whether each of them is logged.
          name: a label, kept for compatibility.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.range(4).map(lambda x: 6 // (x - 1)).ignore_errors()]
          [-6, 6, 3]
        """
        return self._then(IgnoreErrors(self._plan, bool(log_warning)))

    def with_options(self, options: Options, name: str | None = None) -> Dataset:
        """Attaches options; where an option was set before, the later value holds.

        Args:
          options: a ``kerax.data.Options``.
          name: a label, kept for compatibility.

        Raises:
          TypeError: for anything else.
        """
        if not isinstance(options, Options):
            raise TypeError(f"with_options(options=...) expects kerax.data.Options, received {type(options).__name__}.")
        return self._then(WithOptions(self._plan, self.options().merge(options)))

    def options(self) -> Options:
        """Returns the options of this dataset and of those it is made of."""
        return options_of(self._plan)


def _plans(datasets: Any, operation: str) -> tuple[Node, ...]:
    plans = tuple(getattr(dataset, "_plan", None) for dataset in datasets)
    if not plans:
        raise ValueError(f"{operation}(datasets=...) must not be empty.")
    if not all(isinstance(plan, Node) for plan in plans):
        raise TypeError(f"{operation}(datasets=...) expects a list of datasets.")
    return plans  # type: ignore[return-value]


def _distribution(shares: Any, name: str) -> tuple[float, ...]:
    values = np.asarray(shares, np.float64).ravel()
    if not len(values) or (values < 0).any() or not values.sum() > 0:
        raise ValueError(f"rejection_resample({name}=...) must hold shares that are not negative, received {shares!r}.")
    return tuple((values / values.sum()).tolist())


def _fill_shapes(spec: Any, shapes: Any, size: int) -> Any:
    """Writes a size into all places of padded shapes that are open."""
    structure, specs = Structure.flatten(spec)

    def filled(shape: Any) -> tuple:
        return tuple(size if part is None or int(part) == -1 else int(part) for part in shape)

    if shapes is None:
        return structure.unflatten([filled(part.shape if part.shape is not None else (None,)) for part in specs])
    if structure.kind == "leaf":
        return filled(shapes)
    keys = structure.keys if structure.kind == "dict" else range(len(structure.children))
    parts = [_fill_shapes(spec[key], shapes[key], size) for key in keys]
    return dict(zip(keys, parts)) if structure.kind == "dict" else tuple(parts)
