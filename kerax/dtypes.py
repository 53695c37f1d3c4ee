"""Dtype names and dtype policies (mixed precision)."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from kerax import settings
from kerax.errors import unknown_name

_NAMES = (
    "bool", "int4", "int8", "int16", "int32", "int64", "uint4", "uint8", "uint16", "uint32", "uint64",
    "float8_e4m3fn", "float8_e5m2", "float16", "bfloat16", "float32", "float64", "complex64", "complex128", "string",
)  # fmt: skip
QUANTIZATION_MODES = ("int8",)
_FROM = "_from_"  # in the name of a quantized policy, between the mode and the policy it was made of
_PYTHON_TYPES = {bool: "bool", int: "int32", float: None, str: "string", object: "string"}


def standardize_dtype(dtype: object) -> str:
    """Returns the name of a dtype given in any form.

    Args:
      dtype: a name, NumPy or JAX dtype, Python type, array, or anything with a ``name``; None means ``floatx()``.

    Returns:
      A name such as ``"float32"``; text is ``"string"``.

    Raises:
      ValueError: if no dtype has that name.

    Example:
      >>> import numpy as np
      >>> from kerax.dtypes import standardize_dtype
      >>> standardize_dtype(np.float32), standardize_dtype(bool), standardize_dtype(None)
      ('float32', 'bool', 'float32')
    """
    if dtype is None or dtype is float:
        return settings.floatx()
    if isinstance(dtype, type) and dtype in _PYTHON_TYPES:
        return _PYTHON_TYPES[dtype] or settings.floatx()
    if hasattr(dtype, "dtype") and not isinstance(dtype, (str, type)):
        dtype = dtype.dtype
    if isinstance(dtype, str):
        name = dtype
    elif hasattr(dtype, "name"):
        name = str(dtype.name)
    else:
        try:
            name = np.dtype(dtype).name  # type: ignore[call-overload]
        except TypeError:
            name = str(dtype)
    if name.startswith(("str", "bytes", "object", "<U", "|S")):
        return "string"
    if name not in _NAMES:
        raise unknown_name("dtype", name, _NAMES)
    return name


def is_floating(dtype: object) -> bool:
    """Whether a dtype is a float type, bfloat16 and the float8 types included.

    Example:
      >>> from kerax.dtypes import is_floating
      >>> is_floating("bfloat16"), is_floating("int32")
      (True, False)
    """
    return "float" in standardize_dtype(dtype)


def device_dtype(dtype: object) -> np.dtype:
    """The dtype that an array has on the device: 64-bit types become 32-bit unless JAX runs with x64.

    Example:
      >>> import kerax
      >>> kerax.dtypes.device_dtype("float32")
      dtype('float32')
    """
    return np.dtype(jax.dtypes.canonicalize_dtype(jnp.dtype(standardize_dtype(dtype))))


class DTypePolicy:
    """Which dtype a layer computes in and which its weights have.

    Args:
      name: a dtype name (both are that dtype), ``"mixed_bfloat16"`` or ``"mixed_float16"`` (compute in 16 bits, keep
        the
        weights in float32).

    Raises:
      ValueError: for an unknown name.

    Reference: Micikevicius et al., "Mixed Precision Training", 2018, https://arxiv.org/abs/1710.03740

    Example:
      >>> import kerax
      >>> policy = kerax.DTypePolicy("mixed_bfloat16")
      >>> policy.compute_dtype, policy.variable_dtype
      ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None):
        if name is None:
            name = settings.floatx() if _global_policy[0] is None else _global_policy[0].name
        if not isinstance(name, str):
            raise TypeError(f"DTypePolicy(name) needs a string such as 'mixed_bfloat16', received {name!r}.")
        if name in ("mixed_float16", "mixed_bfloat16"):
            self._compute, self._variable = name.removeprefix("mixed_"), "float32"
        else:
            try:
                self._compute = self._variable = standardize_dtype(name)
            except ValueError:
                raise unknown_name("dtype policy", name, (*_NAMES, "mixed_float16", "mixed_bfloat16")) from None
        self._name = name

    @property
    def name(self) -> str:
        """The name it was made from."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """The dtype that inputs and weights are cast to inside ``call``."""
        return self._compute

    @property
    def variable_dtype(self) -> str:
        """The dtype that weights are stored in."""
        return self._variable

    @property
    def quantization_mode(self) -> str | None:
        """How weights are quantized, such as ``"int8"``; None where they are not."""
        return None

    def get_config(self) -> dict:
        """Returns ``{"name": ...}``."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict) -> DTypePolicy:
        """Rebuilds a policy from ``get_config()``."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other._name == self._name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


class QuantizedDTypePolicy(DTypePolicy):
    """The policy of a layer whose weights are stored as small integers with a scale.

    Args:
      mode: ``"int8"``.
      source_name: name of the policy that the layer computes by; the present global one by default.

    Raises:
      ValueError: for another mode, or one that float16 is too narrow for.

    Example:
      >>> import kerax
      >>> policy = kerax.dtype_policies.QuantizedDTypePolicy("int8", "mixed_bfloat16")
      >>> policy.name, policy.compute_dtype, policy.quantization_mode
      ('int8_from_mixed_bfloat16', 'bfloat16', 'int8')
    """

    def __init__(self, mode: str, source_name: str | None = None):
        source = DTypePolicy(source_name)
        if mode not in QUANTIZATION_MODES:
            raise unknown_name("quantization mode", mode, QUANTIZATION_MODES)
        if source.compute_dtype == "float16":
            raise ValueError(f"Quantization mode {mode!r} overflows in float16: use bfloat16 or float32.")
        self._compute, self._variable = source.compute_dtype, source.variable_dtype
        self._mode, self._source_name = mode, source.name
        self._name = f"{mode}{_FROM}{source.name}"

    @property
    def quantization_mode(self) -> str:
        """How weights are quantized."""
        return self._mode

    def get_config(self) -> dict:
        """Returns ``{"mode": ..., "source_name": ...}``."""
        return {"mode": self._mode, "source_name": self._source_name}


_global_policy: list[DTypePolicy | None] = [None]


def dtype_policy() -> DTypePolicy:
    """Returns the policy of layers that are given none.

    Example:
      >>> import kerax
      >>> kerax.config.dtype_policy()
      <DTypePolicy "float32">
    """
    return _global_policy[0] or DTypePolicy(settings.floatx())


def set_dtype_policy(policy: str | DTypePolicy | None) -> None:
    """Sets the policy of layers made from now on.

    Args:
      policy: a policy, its name, or None to go back to ``floatx()``.

    Example:
      >>> import kerax
      >>> kerax.config.set_dtype_policy("float32")
    """
    _global_policy[0] = None if policy is None else get_policy(policy)


def get_policy(identifier: object) -> DTypePolicy:
    """Turns None, a name, a dtype, a configuration or a policy into a ``DTypePolicy``.

    Example:
      >>> from kerax.dtypes import get_policy
      >>> get_policy("mixed_float16").compute_dtype
      'float16'
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        inner = identifier.get("config", identifier)
        return QuantizedDTypePolicy(**inner) if "mode" in inner else DTypePolicy(inner["name"])
    if isinstance(identifier, str):
        mode, quantized, source = identifier.partition(_FROM)
        return QuantizedDTypePolicy(mode, source) if quantized else DTypePolicy(identifier)
    return DTypePolicy(standardize_dtype(identifier))
