"""Cross entropies, connectionist temporal classification, signal-to-noise ratio."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax import settings
from kerax.errors import unknown_name
from kerax.functional import crossentropy, ctc, ctc_decoding
from kerax.ops._values import as_array
from kerax.state.recording import recordable


def _same_shape(name: str, target: jax.Array, output: jax.Array) -> None:
    if target.ndim != output.ndim or any(
        isinstance(a, int) and isinstance(b, int) and a != b for a, b in zip(target.shape, output.shape, strict=True)
    ):
        raise ValueError(
            f"kerax.ops.{name} needs target and output of one shape, received {target.shape} and {output.shape}."
        )


def _has_classes(name: str, output: jax.Array) -> None:
    if output.ndim < 1:
        raise ValueError(f"kerax.ops.{name} needs an output of rank 1 or more, received a scalar.")


@recordable
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> jax.Array:
    """``-target * log(p) - (1 - target) * log(1 - p)``, element by element.

    Args:
        target: probabilities of the positive class.
        output: predicted probabilities, or log odds.
        from_logits: whether ``output`` are log odds.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> kerax.ops.binary_crossentropy([1.0], [100.0], from_logits=True).tolist()
        [0.0]
    """
    target, output = as_array(target), as_array(output)
    _same_shape("binary_crossentropy", target, output)
    if from_logits:
        return crossentropy.binary_from_logits(target, output)
    return crossentropy.binary_from_probabilities(target, output, settings.epsilon())


@recordable
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> jax.Array:
    """``-sum(target * log(p))`` over the classes.

    Args:
        target: probabilities of the classes.
        output: predicted probabilities (scaled to sum 1), or logits.
        from_logits: whether ``output`` are logits.
        axis: of the classes.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> float(kerax.ops.categorical_crossentropy([1.0, 0.0], [100.0, 0.0], from_logits=True))
        0.0
    """
    target, output = as_array(target), as_array(output)
    _has_classes("categorical_crossentropy", output)
    _same_shape("categorical_crossentropy", target, output)
    if from_logits:
        return crossentropy.categorical_from_logits(target, output, axis)
    return crossentropy.categorical_from_probabilities(target, output, axis, settings.epsilon())


@recordable
def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> jax.Array:
    """``-log(p)`` of the target class.

    Args:
        target: class numbers, of the shape of ``output`` without its last axis, or with size 1 there.
        output: predicted probabilities (scaled to sum 1), or logits.
        from_logits: whether ``output`` are logits.
        axis: of the classes.

    Raises:
        ValueError: if the shapes do not fit.

    Example:
        >>> import kerax
        >>> float(kerax.ops.sparse_categorical_crossentropy(0, [100.0, 0.0], from_logits=True))
        0.0
    """
    target, output = as_array(target).astype("int32"), as_array(output)
    _has_classes("sparse_categorical_crossentropy", output)
    if not -output.ndim <= axis < output.ndim:
        raise ValueError(f"sparse_categorical_crossentropy: the output of shape {output.shape} has no axis {axis}.")
    if target.ndim == output.ndim and isinstance(target.shape[axis], int) and target.shape[axis] == 1:
        target = jnp.squeeze(target, axis)
    rows = [size for i, size in enumerate(output.shape) if i != axis % output.ndim]
    if target.ndim != len(rows) or any(
        isinstance(a, int) and isinstance(b, int) and a != b for a, b in zip(target.shape, rows, strict=True)
    ):
        raise ValueError(
            "kerax.ops.sparse_categorical_crossentropy needs a target of the output's shape without the axis of the "
            f"classes, received {target.shape} and {output.shape}."
        )
    classes = output.shape[axis]
    if from_logits:
        loss = crossentropy.sparse_from_logits(target, output, axis)
    else:
        loss = crossentropy.sparse_from_probabilities(target, output, axis, settings.epsilon())
    return jnp.where((target >= 0) & (target < classes), loss, 0)  # no class: a one-hot target of zeros


@recordable
def ctc_loss(target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0) -> jax.Array:
    """Connectionist temporal classification: ``-log p(target | output)``, over all alignments in time.

    Reference: Graves et al., "Connectionist Temporal Classification", 2006.

    Args:
        target: class numbers, (batch, most labels).
        output: logits, (batch, time, classes).
        target_length: labels of each sample, (batch,).
        output_length: steps of each sample, (batch,).
        mask_index: class of the blank.

    Returns:
        Array (batch,).

    Example:
        >>> import kerax
        >>> round(float(kerax.ops.ctc_loss([[1]], kerax.ops.zeros((1, 1, 2)), [1], [1])[0]), 3)
        0.693
    """
    target, output = as_array(target), as_array(output)
    if target.ndim != 2 or output.ndim != 3:
        raise ValueError(
            "kerax.ops.ctc_loss needs a target (batch, labels) and an output (batch, time, classes), received shapes "
            f"{target.shape} and {output.shape}."
        )
    return ctc.ctc_loss(target, output, as_array(target_length), as_array(output_length), mask_index)


@recordable
def ctc_decode(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> Any:
    """The label sequences that a recurrent network's output most probably means.

    Args:
        inputs: logits, (batch, time, classes).
        sequence_lengths: steps of each sample, (batch,).
        strategy: "greedy" (the best class of each step) or "beam_search" (sums over alignments).
        beam_width: sequences that the beam search keeps.
        top_paths: how many of them to return.
        merge_repeated: whether "greedy" counts equal neighbours once.
        mask_index: class of the blank.

    Returns:
        ``(labels, scores)``: labels (paths, batch, time), filled up with -1; scores (batch, paths): for "greedy" minus
        the sum of the best logits, for "beam_search" log probabilities.

    Raises:
        ValueError: for another strategy.

    Example:
        >>> import kerax
        >>> logits = [[[0.0, 5.0], [0.0, 5.0], [5.0, 0.0]]]
        >>> kerax.ops.ctc_decode(logits, [3])[0].tolist()
        [[[1, -1, -1]]]
    """
    inputs = as_array(inputs)
    inputs = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
    lengths = as_array(sequence_lengths).astype("int32")
    mask_index = inputs.shape[-1] - 1 if mask_index is None else mask_index
    if strategy == "greedy":
        return ctc_decoding.greedy(inputs, lengths, merge_repeated, mask_index)
    if strategy == "beam_search":
        return ctc_decoding.beam_search(inputs, lengths, beam_width, top_paths, mask_index)
    raise unknown_name("strategy of kerax.ops.ctc_decode", strategy, ("greedy", "beam_search"))


@recordable
def psnr(x1: Any, x2: Any, max_val: Any) -> jax.Array:
    """Peak signal-to-noise ratio in decibels: ``20 log10(max_val) - 10 log10(mean((x1 - x2) ** 2))``.

    Args:
        x1: array.
        x2: array of the same shape.
        max_val: the largest possible value.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> float(kerax.ops.psnr([1.0, 0.0], [0.0, 1.0], max_val=1.0))
        0.0
    """
    x1, x2 = as_array(x1), as_array(x2)
    _same_shape("psnr", x1, x2)
    mean_square = jnp.mean(jnp.square(x1 - x2))
    return 20 * jnp.log10(as_array(max_val).astype(x2.dtype)) - 10 * jnp.log10(mean_square)
