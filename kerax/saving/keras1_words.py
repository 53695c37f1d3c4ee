"""Arguments of layers by the names that they had in Keras 1, as in files and JSON texts of those years."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "nb_filter": "filters", "filter_length": "kernel_size", "border_mode": "padding", "subsample": "strides",
    "subsample_length": "strides", "atrous_rate": "dilation_rate", "dim_ordering": "data_format",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer", "inner_activation": "recurrent_activation", "bias": "use_bias",
    "W_regularizer": "kernel_regularizer", "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer", "W_constraint": "kernel_constraint", "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint", "dropout_W": "dropout", "dropout_U": "recurrent_dropout",
    "pool_length": "pool_size", "stride": "strides",
}  # fmt: skip
_NAMES_IN = {
    "Embedding": {"init": "embeddings_initializer", "W_regularizer": "embeddings_regularizer",
                  "W_constraint": "embeddings_constraint"},
    **{name: {"p": "rate"} for name in ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")},
    "GaussianDropout": {"p": "rate"}, "GaussianNoise": {"sigma": "stddev"},
}  # fmt: skip
_GONE = ("consume_less", "forget_bias_init", "weights")
_VALUES = {"data_format": {"tf": "channels_last", "th": "channels_first", "default": None}}


def with_new_names(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    """A layer's configuration of Keras 1 with today's names.

    Example:
      >>> from kerax.saving.keras1_words import with_new_names
      >>> with_new_names("Dense", {"output_dim": 3, "init": "uniform"})
      {'units': 3, 'kernel_initializer': 'uniform'}
    """
    names = {**_NAMES, **_NAMES_IN.get(class_name, {})}
    if class_name != "Embedding":
        names["output_dim"] = "units"
    new = {names.get(key, key): value for key, value in config.items() if key not in _GONE}
    if "nb_row" in new and "nb_col" in new:
        new["kernel_size"] = [new.pop("nb_row"), new.pop("nb_col")]
    if class_name == "BatchNormalization":
        new.pop("mode", None)  # always over the batch, as mode 0
    for key, values in _VALUES.items():
        if isinstance(new.get(key), str):
            new[key] = values.get(new[key], new[key])
    return new
