"""Checks of the arguments that look-up and hashing layers share."""

from __future__ import annotations

from typing import Any

from kerax.errors import unknown_name


def check_output_mode(layer: Any, output_mode: Any, modes: tuple[str, ...]) -> None:
    """Refuses an unknown ``output_mode``.

    Raises:
      ValueError: naming the layer, with the closest mode.
    """
    if output_mode not in modes:
        raise unknown_name(f"value for `output_mode` of {_name(layer)}", output_mode, modes)


def refuse_sparse(layer: Any, sparse: bool) -> None:
    """Refuses sparse outputs.

    Raises:
      ValueError: if ``sparse`` is true.
    """
    if sparse:
        raise ValueError(
            f"{_name(layer)}: `sparse=True` is not supported, outputs are dense arrays. Use output_mode='int' and an "
            "Embedding where vectors would be too long."
        )


def salt_pair(layer: Any, salt: Any) -> list[int] | None:
    """A salt as the pair that keys the hash; None for none.

    Raises:
      ValueError: for anything but a whole number or a pair of them.
    """
    if salt is None:
        return None
    if isinstance(salt, (tuple, list)) and len(salt) == 2:
        return [int(part) for part in salt]
    if isinstance(salt, int) and not isinstance(salt, bool):
        return [salt, salt]
    raise ValueError(f"{_name(layer)}: `salt` is a whole number or a pair of them, received {salt!r}.")


def check_lookup_arguments(
    layer: Any,
    max_tokens: Any,
    num_oov_indices: Any,
    pad_to_max_tokens: Any,
    output_mode: Any,
    modes: tuple[str, ...],
    invert: Any,
    sparse: Any,
    idf_weights: Any,
    oov_method: Any,
) -> None:
    """Checks the arguments of a look-up layer against each other.

    Raises:
      ValueError: naming the layer, the argument and what would be right.
    """
    where = _name(layer)
    if max_tokens is not None and max_tokens <= 1:
        raise ValueError(f"{where}: if set, `max_tokens` must be greater than 1, received max_tokens={max_tokens!r}.")
    if pad_to_max_tokens and max_tokens is None:
        raise ValueError(f"{where}: pad_to_max_tokens=True needs `max_tokens`, the size to pad to; it is None.")
    if num_oov_indices < 0:
        raise ValueError(
            f"{where}: `num_oov_indices` must be greater than or equal to 0, received {num_oov_indices!r}."
        )
    if oov_method not in ("floormod", "farmhash"):
        raise unknown_name(f"value for `oov_method` of {where}", oov_method, ("floormod", "farmhash"))
    check_output_mode(layer, output_mode, modes)
    if invert and output_mode != "int":
        raise ValueError(
            f"{where}: `output_mode` must be 'int' when `invert` is true, received output_mode={output_mode!r}."
        )
    refuse_sparse(layer, sparse)
    if idf_weights is not None and output_mode != "tf_idf":
        raise ValueError(
            f"{where}: `idf_weights` should only be set if `output_mode` is 'tf_idf', received "
            f"output_mode={output_mode!r}."
        )


def _name(layer: Any) -> str:
    return f"{type(layer).__name__} {layer.name!r}"
