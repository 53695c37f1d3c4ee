"""Dtype names and dtype policies (mixed precision)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import settings
from kerax.errors import unknown_name
from kerax.wide_types import WIDE_FLOATS, note_narrowed

_NAMES = (
    "bool", "int4", "int8", "int16", "int32", "int64", "uint4", "uint8", "uint16", "uint32", "uint64",
    "float8_e4m3fn", "float8_e5m2", "float16", "bfloat16", "float32", "float64", "complex64", "complex128", "string",
)  # fmt: skip
QUANTIZATION_MODES = ("int8", "float8", "int4", "gptq", "awq")
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


def requested_dtype(dtype: object) -> np.dtype:
    """The same for a dtype that a user named; one of more digits than the device has is warned of, once.

    Example:
      >>> from kerax.dtypes import requested_dtype
      >>> requested_dtype("bfloat16")
      dtype(bfloat16)
    """
    name = standardize_dtype(dtype)
    note_narrowed(name)
    return device_dtype(name)


def name_on_device(name: str) -> str:
    """The name of the dtype that numbers of a named float type have on the device.

    Example:
      >>> from kerax.dtypes import name_on_device
      >>> name_on_device("bfloat16")
      'bfloat16'
    """
    return name if name not in WIDE_FLOATS else device_dtype(name).name


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
        note_narrowed(self._compute)
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
        return f'<{type(self).__name__} "{self._name}">'


class QuantizedDTypePolicy(DTypePolicy):
    """The policy of a layer whose large weight is stored in few bits.

    Args:
      mode: ``"int8"``, ``"int4"``, ``"float8"``, ``"gptq"`` or ``"awq"``. The last two belong to classes of their own,
        and so does ``"int4"`` where groups of numbers share a scale.
      source_name: name of the policy that the layer computes by; the present global one by default.

    Raises:
      ValueError: for another mode, or for int8 with float16, which is too narrow for the sums.

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
        if source.compute_dtype == "float16" and mode == "int8":
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


class QuantizedFloat8DTypePolicy(QuantizedDTypePolicy):
    """The policy of a layer that multiplies numbers of 8 bits, with scales that follow the largest recent values.

    Reference: Micikevicius et al., "FP8 Formats for Deep Learning", 2022, https://arxiv.org/abs/2209.05433

    Args:
      mode: ``"float8"``.
      source_name: name of the policy that the layer computes by; the present global one by default.
      amax_history_length: how many steps back the largest value is looked for.

    Raises:
      ValueError: for another mode.
      TypeError: if the length is no integer.

    Example:
      >>> import kerax
      >>> kerax.dtype_policies.QuantizedFloat8DTypePolicy("float8", "float32").amax_history_length
      1024
    """

    default_amax_history_length = 1024

    def __init__(self, mode: str, source_name: str | None = None, amax_history_length: int = 1024):
        super().__init__(mode, source_name)
        if not isinstance(amax_history_length, int):
            raise TypeError(
                f"QuantizedFloat8DTypePolicy: amax_history_length must be an integer, received {amax_history_length!r}."
            )
        self._length = amax_history_length

    @property
    def amax_history_length(self) -> int:
        """How many steps back the largest value is looked for."""
        return self._length

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and getattr(other, "_length", None) == self._length

    __hash__ = DTypePolicy.__hash__

    def get_config(self) -> dict:
        """Returns the constructor arguments."""
        return {**super().get_config(), "amax_history_length": self._length}


class _GroupedDTypePolicy(QuantizedDTypePolicy):
    """A mode with numbers in its name: ``"int4/128"``, ``"gptq/4/128"``."""

    _base = ""
    _parts: tuple[str, ...] = ()
    _bits: tuple[int, ...] = ()

    def __init__(self, mode: str, source_name: str | None = None):
        base, *numbers = mode.split("/")
        form = "/".join([self._base, *(f"<{part}>" for part in self._parts)])
        try:
            values = [int(number) for number in numbers]
        except ValueError:
            values = []
        if base != self._base or len(values) != len(self._parts):
            raise ValueError(f"{type(self).__name__}: mode must look like {form!r}, received {mode!r}.")
        for part, value in zip(self._parts, values, strict=True):
            if part == "weight_bits" and value not in self._bits:
                raise ValueError(f"{type(self).__name__}: weight_bits is one of {self._bits}, received {mode!r}.")
            if part != "weight_bits" and value != -1 and value <= 0:
                raise ValueError(
                    f"{type(self).__name__}: {part} is a positive integer, or -1 for one group, received {mode!r}."
                )
            setattr(self, part, value)
        super().__init__(base, source_name)
        self.mode, self._written = base, mode
        self._name = f"{mode}{_FROM}{self._source_name}"

    def get_config(self) -> dict:
        """Returns ``{"mode": ..., "source_name": ...}``, with the numbers in the mode."""
        return {"mode": self._written, "source_name": self._source_name}


class Int4DTypePolicy(_GroupedDTypePolicy):
    """The policy of a layer whose weight is stored in 4 bits.

    Args:
      mode: ``"int4/<block_size>"``: how many numbers share a scale and a zero point; -1 for one scale of each output.
      source_name: name of the policy that the layer computes by; the present global one by default.

    Raises:
      ValueError: for a mode of another form.

    Example:
      >>> import kerax
      >>> kerax.dtype_policies.Int4DTypePolicy("int4/128", "float32").block_size
      128
    """

    _base, _parts = "int4", ("block_size",)
    block_size: int


class GPTQDTypePolicy(_GroupedDTypePolicy):
    """The policy of a layer whose weight was rounded by GPTQ.

    Args:
      mode: ``"gptq/<weight_bits>/<group_size>"``, of 2, 3, 4 or 8 bits; a size of -1 is one group.
      source_name: name of the policy that the layer computes by; the present global one by default.

    Raises:
      ValueError: for a mode of another form.

    Example:
      >>> import kerax
      >>> policy = kerax.dtype_policies.GPTQDTypePolicy("gptq/4/128", "float32")
      >>> policy.weight_bits, policy.group_size
      (4, 128)
    """

    _base, _parts, _bits = "gptq", ("weight_bits", "group_size"), (2, 3, 4, 8)
    weight_bits: int
    group_size: int


class AWQDTypePolicy(_GroupedDTypePolicy):
    """The policy of a layer whose weight was rounded by AWQ.

    Args:
      mode: ``"awq/<weight_bits>/<group_size>"``, of 4 bits; a size of -1 is one group.
      source_name: name of the policy that the layer computes by; the present global one by default.

    Raises:
      ValueError: for a mode of another form.

    Example:
      >>> import kerax
      >>> kerax.dtype_policies.AWQDTypePolicy("awq/4/-1", "float32").name
      'awq/4/-1_from_float32'
    """

    _base, _parts, _bits = "awq", ("weight_bits", "group_size"), (4,)
    weight_bits: int
    group_size: int


def _quantized(mode: str, source_name: str | None = None, **options: Any) -> QuantizedDTypePolicy:
    """The policy of the class that a mode belongs to."""
    for cls in (GPTQDTypePolicy, AWQDTypePolicy, Int4DTypePolicy):
        if mode.startswith(cls._base) and (cls is not Int4DTypePolicy or "/" in mode):
            return cls(mode, source_name)
    if mode == "float8":
        return QuantizedFloat8DTypePolicy(mode, source_name, **options)
    return QuantizedDTypePolicy(mode, source_name)


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
        return _quantized(**inner) if "mode" in inner else DTypePolicy(inner["name"])
    if isinstance(identifier, str):
        mode, quantized, source = identifier.partition(_FROM)
        return _quantized(mode, source) if quantized else DTypePolicy(identifier)
    return DTypePolicy(standardize_dtype(identifier))
