"""InputLayer and Input: where a functional model begins."""

from __future__ import annotations

from typing import Any

from kerax.dtypes import device_dtype, get_policy, standardize_dtype
from kerax.layers.layer import Layer
from kerax.layers.layer_weights import plain_shape
from kerax.state.symbolic import Node, SymbolicTensor, is_symbolic


class InputLayer(Layer):
    """The layer behind ``kerax.Input``: it only holds the shape and dtype of a model's input.

    Args:
        shape: sizes of one sample, None for unknown; without the batch axis.
        batch_size: fixed batch size, or None.
        dtype: dtype name; ``floatx()`` by default.
        sparse: must not be True: sparse tensors are not supported.
        ragged: must not be True, likewise.
        batch_shape: sizes including the batch axis; instead of ``shape`` and ``batch_size``.
        input_tensor: an existing symbolic tensor to start from, or an array, whose shape and dtype are taken.
        optional: whether the model may be called with None here.
        name: the input's name; ``input_layer``, ``input_layer_1``... by default.
        **kwargs: tf.keras's ``input_shape`` and ``batch_input_shape``.

    Raises:
        ValueError: if the shape is missing, given twice, or negative.

    Example:
        >>> import kerax
        >>> layer = kerax.layers.InputLayer(shape=(28, 28), name="pixels")
        >>> layer.output.shape
        (None, 28, 28)
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ):
        for old, new in (("input_shape", "shape"), ("batch_input_shape", "batch_shape")):
            given = kwargs.pop(old, None)
            if given is not None:
                shape, batch_shape = (given, batch_shape) if new == "shape" else (shape, given)
        kwargs.pop("type_spec", None)
        super().__init__(name=name, **kwargs)
        if sparse or ragged:
            raise ValueError(
                f"InputLayer: {'sparse' if sparse else 'ragged'} inputs are not supported; pass dense arrays, padded "
                "where rows differ in length."
            )
        if input_tensor is not None:
            if not is_symbolic(input_tensor):
                input_tensor = _symbol_of(input_tensor, name)
            sizes = input_tensor.shape
            for argument, given, expected in (
                ("shape", None if shape is None else _sizes(shape), sizes[1:]),
                ("batch_shape", None if batch_shape is None else _sizes(batch_shape), sizes),
                ("batch_size", batch_size, sizes[0] if sizes else None),
                ("dtype", None if dtype is None else standardize_dtype(dtype), input_tensor.dtype),
            ):
                if given is not None and given != expected:
                    raise ValueError(
                        f"InputLayer: {argument}={given!r} does not fit the given input_tensor of shape {sizes} and "
                        f"dtype {input_tensor.dtype}."
                    )
            batch_shape, dtype, shape, batch_size = sizes, input_tensor.dtype, None, None
        if shape is not None and batch_shape is not None:
            raise ValueError(f"Input: give shape={shape!r} or batch_shape={batch_shape!r}, not both.")
        if shape is None and batch_shape is None:
            raise ValueError("Input: shape=... is missing: the sizes of one sample, such as Input(shape=(28, 28)).")
        if batch_shape is None:
            batch_shape = (batch_size, *_sizes(shape))
        elif batch_size is not None:
            raise ValueError(f"Input: give batch_size={batch_size!r} or batch_shape={batch_shape!r}, not both.")
        self._batch_shape = _sizes(batch_shape)
        self._dtype = standardize_dtype(dtype)
        self._policy = get_policy(self._dtype) if self._dtype not in ("string", "bool") else None
        self.sparse, self.ragged, self.optional = bool(sparse), bool(ragged), bool(optional)
        self.built = True
        tensor = input_tensor
        if tensor is None or tensor.node is not None:  # a tensor that something else has made stays that thing's output
            tensor = SymbolicTensor(self._batch_shape, self._dtype, name=self.name)
        tensor.node = Node(self, (), {}, tensor, self.name)
        self._nodes = [tensor.node]

    @property
    def batch_shape(self) -> tuple[int | None, ...]:
        """Sizes of the input, the batch axis included."""
        return self._batch_shape

    @property
    def dtype(self) -> str:
        """The input's dtype."""
        return self._dtype

    def call(self, inputs: Any = None) -> Any:
        """Returns its input."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            "batch_shape": self._batch_shape,
            "dtype": self._dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputLayer:
        """Makes an input layer from a Keras 2 or Keras 3 configuration."""
        config = dict(config)
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = get_policy(config["dtype"]).name
        return cls(**config)


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
    **kwargs: Any,
) -> SymbolicTensor:
    """Start a functional model: a symbolic tensor of a given shape.

    Args:
        shape: sizes of one sample, None for unknown; without the batch axis.
        batch_size: fixed batch size, or None.
        dtype: dtype name; ``floatx()`` by default.
        sparse: must not be True.
        batch_shape: sizes including the batch axis; instead of ``shape`` and ``batch_size``.
        name: the input's name, by which dicts of data are matched.
        tensor: an existing symbolic tensor to start from, or an array, whose shape and dtype are taken.
        ragged: must not be True.
        optional: whether the model may be called with None here.
        **kwargs: tf.keras's ``batch_input_shape``.

    Returns:
        A symbolic tensor; unknown sizes show as None.

    Raises:
        ValueError: if the shape is missing or given twice.

    Example:
        >>> import kerax
        >>> x = kerax.Input(shape=(32,))
        >>> y = kerax.layers.Dense(16, activation="softmax")(x)
        >>> y.shape
        (None, 16)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
        **kwargs,
    )
    return layer.output


def _symbol_of(value: Any, name: str | None) -> SymbolicTensor:
    """What stands for an array of the same shape and dtype."""
    if not hasattr(value, "shape") or not hasattr(value, "dtype"):
        raise TypeError(
            f"InputLayer: input_tensor must be a symbolic tensor from kerax.Input or an array, received {value!r}."
        )
    dtype = standardize_dtype(value.dtype)
    return SymbolicTensor(tuple(value.shape), dtype if dtype == "string" else device_dtype(dtype).name, name=name)


def _sizes(shape: Any) -> tuple[int | None, ...]:
    try:
        sizes = plain_shape(None if isinstance(shape, str) else shape)
    except (TypeError, ValueError):
        raise ValueError(
            f"Input: a shape is a tuple of integers and None, such as (28, 28), received {shape!r}."
        ) from None
    if any(size is not None and size < 0 for size in sizes):
        raise ValueError(f"Input: sizes must not be negative, received {shape!r}. Write None for an unknown size.")
    return sizes
