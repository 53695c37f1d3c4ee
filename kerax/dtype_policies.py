"""Dtype policies by name or configuration, and maps of them: ``keras.dtype_policies``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from kerax.dtypes import (
    AWQDTypePolicy,
    DTypePolicy,
    GPTQDTypePolicy,
    Int4DTypePolicy,
    QuantizedDTypePolicy,
    QuantizedFloat8DTypePolicy,
    get_policy,
)

FloatDTypePolicy = DTypePolicy
__all__ = [
    "AWQDTypePolicy",
    "DTypePolicy",
    "DTypePolicyMap",
    "FloatDTypePolicy",
    "GPTQDTypePolicy",
    "Int4DTypePolicy",
    "QuantizedDTypePolicy",
    "QuantizedFloat8DTypePolicy",
    "deserialize",
    "get",
    "serialize",
]


class DTypePolicyMap(DTypePolicy, MutableMapping):
    """A policy for each layer, looked up by the layer's path.

    A layer that is given a map as ``dtype`` takes the policy of its own path. A key is a path, or a regular expression
    that must match a whole path.

    Args:
        default_policy: of paths that no key matches; the present global policy by default.
        policy_map: path or pattern to policy.

    Raises:
        TypeError: if ``policy_map`` is no dict.
        ValueError: if ``default_policy`` is a map; from a look-up, if several patterns match.

    Example:
        >>> import kerax
        >>> policies = kerax.dtype_policies.DTypePolicyMap("float32", {"encoder/.*": "mixed_bfloat16"})
        >>> policies["encoder/dense"].name, policies["head"].name
        ('mixed_bfloat16', 'float32')
    """

    def __init__(self, default_policy: Any = None, policy_map: dict[str, Any] | None = None):
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError("DTypePolicyMap: default_policy is the policy of all other layers and cannot be a map.")
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(f"DTypePolicyMap: policy_map must be a dict of path to policy, received {policy_map!r}.")
        self._default = None if default_policy is None else get(default_policy)
        self._policies = {key: get(policy) for key, policy in (policy_map or {}).items()}

    @property
    def default_policy(self) -> DTypePolicy:
        """The policy of paths that no key matches."""
        return get(self._default)

    @property
    def name(self) -> str:
        """``map_`` and the name of the default policy."""
        return f"map_{self.default_policy.name}"

    @property
    def compute_dtype(self) -> str:
        """That of the default policy."""
        return self.default_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """That of the default policy."""
        return self.default_policy.variable_dtype

    @property
    def quantization_mode(self) -> str | None:
        """That of the default policy."""
        return self.default_policy.quantization_mode

    def __getitem__(self, key: str) -> DTypePolicy:
        if key in self._policies:
            return self._policies[key]
        matching = [pattern for pattern in self._policies if re.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(
                f"DTypePolicyMap: path {key!r} matches several keys, {matching}; make them exclude each other."
            )
        return self._policies[matching[0]] if matching else self.default_policy

    def __setitem__(self, key: str, policy: Any) -> None:
        if key in self._policies:
            raise ValueError(
                f"DTypePolicyMap: {key!r} has the policy {self._policies[key]!r} already; delete it first."
            )
        try:
            self._policies[key] = get(policy)
        except (TypeError, ValueError) as error:
            raise ValueError(f"DTypePolicyMap: the policy of {key!r} cannot be {policy!r}: {error}") from None

    def __delitem__(self, key: str) -> None:
        del self._policies[key]

    def __contains__(self, key: object) -> bool:
        return key in self._policies

    def __len__(self) -> int:
        return len(self._policies)

    def __iter__(self) -> Iterator[str]:
        return iter(self._policies)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DTypePolicyMap)
            and other._default == self._default
            and dict(other._policies) == dict(self._policies)
        )

    __hash__ = object.__hash__  # type: ignore[assignment]

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            "default_policy": None if self._default is None else serialize(self._default),
            "policy_map": {key: serialize(policy) for key, policy in self._policies.items()},
        }

    def __repr__(self) -> str:
        named = [(key, policy.name) for key, policy in self._policies.items()]
        return f"<DTypePolicyMap default_policy={self.default_policy.name}, mapping={named}>"


def get(identifier: Any) -> DTypePolicy:
    """Turns None, a name, a dtype, a configuration or a policy into a policy.

    Example:
        >>> import kerax
        >>> kerax.dtype_policies.get("mixed_bfloat16")
        <DTypePolicy "mixed_bfloat16">
    """
    if isinstance(identifier, Mapping) and not isinstance(identifier, DTypePolicy):
        inner = identifier.get("config", identifier)
        if "policy_map" in inner:
            return DTypePolicyMap(**inner)
    return get_policy(identifier)


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """Returns a policy as plain values.

    Args:
        dtype_policy: the policy.

    Example:
        >>> import kerax
        >>> kerax.dtype_policies.serialize(kerax.DTypePolicy("float16"))["config"]
        {'name': 'float16'}
    """
    return {
        "module": "keras",
        "class_name": type(dtype_policy).__name__,
        "config": dtype_policy.get_config(),
        "registered_name": None,
    }


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> DTypePolicy:
    """Makes a policy of what ``serialize`` returned.

    Args:
        config: the plain values.
        custom_objects: not used by policies; there for Keras's signature.

    Example:
        >>> import kerax
        >>> policy = kerax.DTypePolicy("mixed_float16")
        >>> kerax.dtype_policies.deserialize(kerax.dtype_policies.serialize(policy)) == policy
        True
    """
    return get(config)
