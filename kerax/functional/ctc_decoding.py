"""Label sequences from the outputs of connectionist temporal classification."""

from __future__ import annotations

import jax
import jax.numpy as jnp

NO_LABEL = -1


def greedy(
    logits: jax.Array, lengths: jax.Array, merge_repeated: bool = True, blank: int = 0
) -> tuple[jax.Array, jax.Array]:
    """The best class of each step, without blanks.

    Args:
        logits: (batch, time, classes).
        lengths: steps of each sample, (batch,).
        merge_repeated: whether equal neighbours count once.
        blank: class of the blank.

    Returns:
        ``(labels, scores)``: labels (1, batch, time), filled up with -1; scores (batch, 1), minus the sum of the best
        logits.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.ctc_decoding import greedy
        >>> greedy(jnp.array([[[0.0, 5.0], [0.0, 5.0], [5.0, 0.0]]]), jnp.array([3]))[0].tolist()
        [[[1, -1, -1]]]
    """
    time = logits.shape[1]
    live = jnp.arange(time)[None, :] < lengths[:, None]
    labels = jnp.where(live, jnp.argmax(logits, axis=-1), blank)
    scores = -jnp.sum(jnp.where(live, jnp.max(logits, axis=-1), 0), axis=1)[:, None]
    kept = labels != blank
    if merge_repeated:
        kept &= jnp.pad(labels[:, 1:] != labels[:, :-1], ((0, 0), (1, 0)), constant_values=True)
    order = jnp.argsort(~kept, axis=-1, stable=True)  # what is kept moves to the front, in its order
    labels = jnp.take_along_axis(jnp.where(kept, labels, NO_LABEL), order, axis=-1)
    return labels[None], scores


def beam_search(
    logits: jax.Array, lengths: jax.Array, width: int = 100, top_paths: int = 1, blank: int = 0
) -> tuple[jax.Array, jax.Array]:
    """The most probable label sequences, by a search that keeps the ``width`` best beginnings.

    A beginning has two probabilities: of the alignments that end in a blank, and of those that end in its last label.
    The recursion is the one of Graves 2012, "Supervised Sequence Labelling with Recurrent Neural Networks", section
    7.5.3, without a language model; all beginnings of a step are handled at once.

    Args:
        logits: (batch, time, classes).
        lengths: steps of each sample, (batch,).
        width: beginnings to keep.
        top_paths: how many to return.
        blank: class of the blank.

    Returns:
        ``(labels, scores)``: labels (top_paths, batch, time), filled up with -1; scores (batch, top_paths), log
        probabilities.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.ctc_decoding import beam_search
        >>> labels, scores = beam_search(jnp.array([[[0.0, 5.0], [0.0, 5.0], [5.0, 0.0]]]), jnp.array([3]), width=4)
        >>> labels.tolist()
        [[[1, -1, -1]]]
    """
    log_p = jax.nn.log_softmax(logits, axis=-1)
    _, time, classes = log_p.shape
    nothing = jnp.array(-jnp.inf, log_p.dtype)

    def last_labels(paths: jax.Array, sizes: jax.Array) -> jax.Array:
        return jnp.take_along_axis(paths, jnp.maximum(sizes - 1, 0)[:, None], axis=1)[:, 0]

    def step(state: tuple, inputs: tuple) -> tuple[tuple, None]:
        paths, sizes, in_blank, in_label = state  # (width, time), (width,), (width,), (width,)
        now, live = inputs
        total = jnp.logaddexp(in_blank, in_label)
        last = jnp.where(sizes > 0, last_labels(paths, sizes), NO_LABEL)
        # A label makes a beginning longer, unless it repeats the last one: then a blank must have come between.
        longer = jnp.where(jnp.arange(classes) == last[:, None], in_blank[:, None], total[:, None]) + now
        longer = longer.at[:, blank].set(nothing)
        # A beginning that stays as it is, by a blank or by its last label again.
        stays_blank = total + now[blank]
        stays_label = jnp.where(sizes > 0, in_label + now[jnp.maximum(last, 0)], nothing)
        # Where a beginning, made longer, is one that is already there, the two are one.
        parent = (sizes[None, :] == sizes[:, None] + 1) & jnp.all(
            (paths[:, None, :] == paths[None, :, :]) | (jnp.arange(time) >= sizes[:, None, None]), axis=-1
        )
        parent &= (total > nothing)[:, None] & (total > nothing)[None, :]
        joins = jnp.where(parent, longer[:, jnp.maximum(last, 0)], nothing)
        stays_label = jnp.logaddexp(stays_label, jax.nn.logsumexp(joins, axis=0))
        taken = (
            jnp.zeros((width, classes), bool).at[jnp.arange(width)[:, None], jnp.maximum(last, 0)[None, :]].max(parent)
        )
        longer = jnp.where(taken, nothing, longer)
        scores = jnp.concatenate([jnp.logaddexp(stays_blank, stays_label), longer.ravel()])
        _, best = jax.lax.top_k(scores, width)
        stayed, origin = best < width, jnp.where(best < width, best, (best - width) // classes)
        label = (best - width) % classes
        new_paths, new_sizes = paths[origin], sizes[origin] + ~stayed
        place = (jnp.arange(time) == sizes[origin][:, None]) & ~stayed[:, None]
        new = (
            jnp.where(place, label[:, None], new_paths),
            new_sizes,
            jnp.where(stayed, stays_blank[origin], nothing),
            jnp.where(stayed, stays_label[origin], longer.ravel()[jnp.where(stayed, 0, best - width)]),
        )
        return jax.tree.map(lambda a, b: jnp.where(live, a, b), new, state), None

    def decode(log_p: jax.Array, length: jax.Array) -> tuple[jax.Array, jax.Array]:
        start = (
            jnp.full((width, time), NO_LABEL, jnp.int32),
            jnp.zeros(width, jnp.int32),
            jnp.full(width, nothing).at[0].set(0),
            jnp.full(width, nothing),
        )
        (paths, _, in_blank, in_label), _ = jax.lax.scan(step, start, (log_p, jnp.arange(time) < length))
        scores, best = jax.lax.top_k(jnp.logaddexp(in_blank, in_label), top_paths)
        return paths[best], scores

    paths, scores = jax.vmap(decode)(log_p, lengths)
    return jnp.swapaxes(paths, 0, 1), scores
