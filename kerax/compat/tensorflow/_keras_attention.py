"""Protected names of tf.keras 2.15's ``MultiHeadAttention`` that programs' subclasses read and override."""

from __future__ import annotations

import functools
from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._edges import entering, in_script, leaving, on_side
from kerax.compat.tensorflow._keras_methods import _Seen
from kerax.compat.tensorflow._shape import TensorShape
from kerax.functional.attention import causal_mask
from kerax.layers import Dropout, EinsumDense, MultiHeadAttention, Softmax
from kerax.layers.attention.projections import _copy

# Name in tf.keras -> kerax's public attribute with the same value.
_READ = {
    f"_{name}": name
    for name in "num_heads key_dim value_dim dropout use_bias attention_axes kernel_initializer bias_initializer "
    "kernel_regularizer bias_regularizer kernel_constraint bias_constraint".split()
}
# Steps of a call that a subclass may have of its own: kerax calls them.
_OVERRIDDEN = ("_compute_attention", "_compute_attention_mask", "_masked_softmax")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _overrides(layer: Any, *names: str) -> bool:
    return any(getattr(type(layer), name) is not MultiHeadAttention.__dict__[name] for name in names)


def _shape(value: Any) -> tuple:
    return tuple(TensorShape(value.shape if hasattr(value, "shape") else value))


def _equations(rank: int, axes: tuple[int, ...]) -> tuple[str, str]:
    """The products of keys and queries, and of scores and values, as Einstein sums over (batch, ..., heads, size)."""
    query = _LETTERS[:rank]
    others = iter(_LETTERS[rank:])
    key = "".join(next(others) if axis in axes else query[axis] for axis in range(rank))
    batch = "".join(query[axis] for axis in range(rank - 1) if axis not in axes)
    scores = batch + "".join(query[axis] for axis in axes) + "".join(key[axis] for axis in axes)
    return f"{key},{query}->{scores}", f"{scores},{key}->{query}"


def _build_from_signature(self: Any, query: Any, value: Any, key: Any = None) -> None:
    """Makes the projections for tensors or shapes."""
    shapes = [_shape(one) for one in (query, value, value if key is None else key)]
    self._built_from_signature = True
    self._query_shape, self._value_shape, self._key_shape = (TensorShape(one) for one in shapes)
    _plain_build(self, *shapes)
    self.built = True
    if _overrides(self, "_make_output_dense"):
        with on_side(kerax=False):
            own = self._make_output_dense(
                len(shapes[0]) - 1, self._get_common_kwargs_for_sublayer(), "attention_output"
            )
        own.build((*shapes[0][:-1], self.num_heads, self.value_dim))
        self._output_dense = own
    with on_side(kerax=not _overrides(self, "_build_attention")):
        self._build_attention(len(shapes[0]) + 1)


def _build_attention(self: Any, rank: int) -> None:
    """Notes how scores are computed of projections with a number of axes."""
    axes = tuple(range(1, rank - 2)) if self.attention_axes is None else tuple(self.attention_axes)
    self._dot_product_equation, self._combine_equation = _equations(rank, axes)
    self._softmax = Softmax(axis=tuple(range(-len(axes), 0)), dtype=self.dtype_policy)
    self._dropout_layer = Dropout(self.dropout, dtype=self.dtype_policy)


def _make_output_dense(self: Any, free_dims: int, common_kwargs: Any, name: str | None = None) -> Any:
    """The projection back, not built yet."""
    sizes = self._output_shape or (self._query_shape[-1],)
    free, out = _LETTERS[:free_dims], "ABCDEFGH"[: len(sizes)]
    shape = (*(None,) * (free_dims - 1), *sizes)
    bias = out if self.use_bias else None
    return EinsumDense(f"{free}yz,yz{out}->{free}{out}", shape, bias_axes=bias, name=name, **common_kwargs)


def _get_common_kwargs_for_sublayer(self: Any) -> dict[str, Any]:
    """The arguments that all projections share."""
    names = "kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint".split()
    shared = {name: getattr(self, name) for name in names}
    copies = {name: _copy(getattr(self, name)) for name in ("kernel_initializer", "bias_initializer")}
    return {**shared, **copies, "dtype": self.dtype_policy}


def _build(self: Any, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
    """A subclass of the script is built as tf.keras does it, by a method that may be its own."""
    if _is_plain(self):
        _plain_build(self, query_shape, value_shape, key_shape)
    elif not self._built_from_signature:
        with on_side(kerax=not _overrides(self, "_build_from_signature")):
            self._build_from_signature(query_shape, value_shape, key_shape)


def _is_plain(self: Any) -> bool:
    return type(self).__module__.partition(".")[0] == "kerax"


def _masked_softmax(self: Any, attention_scores: Any, attention_mask: Any = None) -> Any:
    """Shares of the scores, 0 where the mask is False; the mask may lack the axis of the heads."""
    if attention_mask is not None:
        place = -len(self._attention_axes) * 2 - 1
        for _ in range(attention_scores.ndim - attention_mask.ndim):
            attention_mask = jnp.expand_dims(attention_mask, place)
    return self._softmax(attention_scores, attention_mask)


def _attention(
    self: Any,
    query: Any,
    key: Any,
    value: Any,
    attention_mask: Any = None,
    training: Any = None,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
) -> tuple[Any, Any]:
    """The attention between projections; in steps, where one of the steps is the script's own."""
    if _is_plain(self) or not _overrides(self, "_masked_softmax", "_build_attention"):
        return _plain_attention(
            self, query, key, value, attention_mask, training, return_attention_scores, use_causal_mask
        )
    query = query * jnp.asarray(self.key_dim**-0.5, query.dtype)
    scores = self._masked_softmax(jnp.einsum(self._dot_product_equation, key, query), attention_mask)
    return jnp.einsum(self._combine_equation, self._dropout_layer(scores, training=training), value), scores


def _for_scripts(attention: Any) -> Any:
    """A script that calls the attention gets the scores as well, as in tf.keras."""
    plain = entering(attention)

    @functools.wraps(plain)
    def compute(self: Any, query: Any, key: Any, value: Any, attention_mask: Any = None, *args: Any, **kw: Any) -> Any:
        if in_script() and len(args) < 2:  # training, return_attention_scores
            kw.setdefault("return_attention_scores", True)
        return plain(self, query, key, value, attention_mask, *args, **kw)

    return compute


def _compute_attention_mask(
    self: Any,
    query: Any,
    value: Any,
    key: Any = None,
    attention_mask: Any = None,
    use_causal_mask: bool = False,
) -> Any:
    """All masks as one, those that come with the tensors among them."""
    masks = [getattr(one, "_keras_mask", None) for one in (query, value, key)]
    found = _plain_mask(self, query, value, masks[1], masks[2], attention_mask, use_causal_mask)
    return found if masks[0] is None else masks[0][..., None] & (True if found is None else found)


def _full_mask(
    self: Any, query: Any, value: Any, value_mask: Any, key_mask: Any, attention_mask: Any, use_causal_mask: bool
) -> Any:
    """All masks as one, by the script's own method if it has one."""
    if _overrides(self, "_compute_attention_mask"):
        options = {"attention_mask": attention_mask, "use_causal_mask": use_causal_mask}
        return self._compute_attention_mask(query, value, **options)
    return _plain_mask(self, query, value, value_mask, key_mask, attention_mask, use_causal_mask)


def _attends_plainly(self: Any) -> bool:
    return _is_plain(self) or not _overrides(self, "_compute_attention", "_masked_softmax", "_build_attention")


def _compute_causal_mask(self: Any, query: Any, value: Any = None) -> Any:
    """True where a query sees a key at its own place or before, shape (1, queries, keys)."""
    return causal_mask(query.shape[1], (query if value is None else value).shape[1])[None]


_plain_build: Any = MultiHeadAttention.build
_plain_mask: Any = MultiHeadAttention.full_mask
_plain_attention: Any = MultiHeadAttention._compute_attention


def _prepare(cls: type) -> None:
    """Steps of a script's class get tensors when kerax calls them."""
    for name in _OVERRIDDEN:
        own = cls.__dict__.get(name)
        if own is not None and not hasattr(own, "_kerax_leaving") and cls.__module__.partition(".")[0] != "kerax":
            setattr(cls, name, leaving(own))


def install() -> None:
    """Adds them."""
    kind: Any = MultiHeadAttention
    kind.build = functools.wraps(_plain_build)(_build)
    kind._compute_attention = _for_scripts(functools.wraps(_plain_attention)(_attention))
    kind.full_mask = functools.wraps(_plain_mask)(_full_mask)
    kind.attends_plainly = property(_attends_plainly, doc=kind.attends_plainly.__doc__)
    for step in (_masked_softmax, _compute_attention_mask, _compute_causal_mask):
        setattr(kind, step.__name__, entering(step))
    kind._build_from_signature, kind._build_attention = _build_from_signature, _build_attention
    kind._make_output_dense, kind._get_common_kwargs_for_sublayer = _make_output_dense, _get_common_kwargs_for_sublayer
    for name, public in _READ.items():
        setattr(kind, name, _Seen(functools.partial(_read, public)))
    kind._output_shape = _Seen(lambda self: self._output_sizes)
    kind._built_from_signature = False
    kind._query_shape = kind._key_shape = kind._value_shape = None
    plain = kind.__dict__.get("__init_subclass__")

    def __init_subclass__(cls: type, **kwargs: Any) -> None:
        if plain is None:
            super(MultiHeadAttention, cls).__init_subclass__(**kwargs)
        else:
            plain.__func__(cls, **kwargs)
        _prepare(cls)

    kind.__init_subclass__ = classmethod(__init_subclass__)
    for cls in kind.__subclasses__():
        _prepare(cls)


def _read(name: str, self: Any) -> Any:
    return getattr(self, name)
