"""Weights rounded for the inputs they meet: samples are run through a model's blocks, one block after the other."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerax.functional.calibrated_rounding import awq, gptq
from kerax.layers.core.adaptable import AdaptableLayer
from kerax.layers.core.weight_storage import Calibrated
from kerax.state import functional_call, structure_changed, walk_modules

_FORM = "a dict with the lists 'pre_block_layers' and 'sequential_blocks'"


def calibrate(model: Any, config: Any, wanted: Callable[[Any], bool]) -> None:
    """Rounds the large weights in a model's blocks.

    Args:
      model: a built model.
      config: a ``GPTQConfig`` or ``AWQConfig``.
      wanted: which layers.

    Raises:
      ValueError: without samples or blocks, or for a layer that is not built or is quantized already.

    Example:
      >>> import kerax, numpy as np
      >>> layers = kerax.layers.Embedding(9, 4), kerax.layers.Dense(3)
      >>> model = kerax.Sequential([kerax.Input((5,)), *layers])
      >>> structure = {"pre_block_layers": [layers[0]], "sequential_blocks": [layers[1]]}
      >>> model.quantize("gptq", config=kerax.quantizers.GPTQConfig(
      ...     [np.arange(9)], None, num_samples=2, sequence_length=5, quantization_layer_structure=structure))
      >>> layers[1].quantized_kernel.shape, layers[1].dtype_policy.name
      ((2, 4), 'gptq/4/128_from_float32')
    """
    mode = config.mode
    structure = config.quantization_layer_structure
    if structure is None:
        structure = model.get_quantization_layer_structure(mode)
    if not isinstance(structure, dict) or not structure.get("sequential_blocks"):
        raise ValueError(
            f"quantize({mode!r}) needs the model's blocks: give {type(config).__name__}("
            f"quantization_layer_structure=...), {_FORM}, or define get_quantization_layer_structure(mode) in the "
            "model's class."
        )
    inputs: list[Any] = []
    for window in windows(config.dataset, config.tokenizer, config.sequence_length, config.num_samples):
        x: Any = window[None]
        for layer in structure.get("pre_block_layers", ()):
            x = layer(x)
        inputs.append(x)
    blocks = structure["sequential_blocks"]
    for number, block in enumerate(blocks):
        layers = [layer for layer in _layers_of(block) if wanted(layer)]
        for layer in layers:
            layer._check_quantizable(mode)
        meters = [_Meter(layer, mode) for layer in layers]
        with contextlib.ExitStack() as stack:
            for meter in meters:
                stack.enter_context(meter.listening())
            for x in inputs:
                _run(block, x)
        for meter in meters:
            meter.round(config)
        if number + 1 < len(blocks):
            inputs = [_run(block, x) for x in inputs]
    structure_changed()


def windows(dataset: Any, tokenizer: Any, length: int, count: int) -> np.ndarray:
    """Sequences of tokens, evenly spread over a dataset, which is repeated if it is too short.

    Args:
      dataset: texts, or arrays of tokens.
      tokenizer: object with ``tokenize(text) -> tokens``; used for texts.
      length: tokens of a sequence.
      count: number of sequences.

    Returns:
      int32 array of shape (count, length).

    Raises:
      TypeError: if the dataset cannot be iterated, or has texts and no tokenizer.
      ValueError: if it is empty.

    Example:
      >>> import numpy as np
      >>> from kerax.models.calibrating import windows
      >>> windows([np.arange(6)], None, 3, 2).tolist()
      [[0, 1, 2], [2, 3, 4]]
    """
    if dataset is None or isinstance(dataset, (str, bytes)) or not hasattr(dataset, "__iter__"):
        raise TypeError(f"dataset must be texts or arrays of tokens, received {type(dataset).__name__}.")
    items = list(dataset)
    if items and isinstance(items[0], str):
        if not hasattr(tokenizer, "tokenize"):
            raise TypeError(f"A dataset of texts needs a tokenizer with tokenize(text), received {tokenizer!r}.")
        items = [tokenizer.tokenize(text) for text in items]
    pieces = [np.asarray(item).reshape(-1) for item in items]
    tokens = np.concatenate(pieces).astype(np.int32) if pieces else np.zeros(0, np.int32)
    if not tokens.size:
        raise ValueError("The dataset to calibrate with is empty.")
    tokens = np.tile(tokens, math.ceil(max(1, length * count / tokens.size)))
    starts = np.arange(count) * max(1, (tokens.size - length + 1) // count)
    return np.stack([tokens[start : start + length] for start in starts])


def _layers_of(block: Any) -> list[AdaptableLayer]:
    found = [module for _, module in walk_modules(block, "layer")]
    return [layer for layer in found if isinstance(layer, AdaptableLayer) and "gptq" in layer._modes]


def _run(block: Any, x: Any) -> Any:
    # Not as one compiled program: what listens has to see numbers.
    outputs = functional_call(block, block.params, block.state, x, training=False)[0]
    return outputs[0] if isinstance(outputs, (list, tuple)) else outputs


class _Meter:
    """What a layer's inputs are like: their second moments, or how large they get."""

    def __init__(self, layer: AdaptableLayer, mode: str):
        self.layer, self.mode = layer, mode
        weight = getattr(layer, layer._adapted)
        self.rows, self.columns = layer._calibrated_matrix(weight.shape)
        self.samples = 0
        self.moments = np.zeros((self.rows, self.rows) if mode == "gptq" else self.rows)

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Has the layer tell its inputs."""
        call = self.layer.call

        def telling(inputs: Any, *args: Any, **kwargs: Any) -> Any:
            self.note(np.asarray(inputs, np.float64).reshape(-1, self.rows))
            return call(inputs, *args, **kwargs)

        self.layer.__dict__["call"] = telling
        try:
            yield
        finally:
            del self.layer.__dict__["call"]

    def note(self, x: np.ndarray) -> None:
        """Takes inputs into account."""
        if self.mode == "awq":
            self.moments = np.maximum(self.moments, np.abs(x).max(0))
        else:
            self.moments = self.moments + 2 * (x.T @ x)
        self.samples += len(x)

    def round(self, config: Any) -> None:
        """Rounds the layer's weight."""
        if not self.samples:
            raise ValueError(f"Layer {self.layer.path!r} is not called when samples are run through its block.")
        weight = getattr(self.layer, self.layer._adapted)
        matrix = np.asarray(weight.value, np.float32).reshape(self.rows, self.columns).T
        if self.mode == "gptq":
            rounded = gptq(
                matrix,
                self.moments / self.samples,
                config.weight_bits,
                damping=config.hessian_damping,
                group_size=config.group_size,
                symmetric=config.symmetric,
                per_row=config.per_channel,
                by_activation=config.activation_order,
            )
        else:
            rounded = awq(matrix, self.moments, group_size=config.group_size, grid_points=config.num_grid_points)
        self.layer._take_policy(config)
        Calibrated(self.layer).set_rounded(rounded)
