"""Dtype policies by name or configuration: ``keras.dtype_policies`` without its quantized ones."""

from __future__ import annotations

from typing import Any

from kerax.dtypes import DTypePolicy, get_policy

FloatDTypePolicy = DTypePolicy
__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]


def get(identifier: Any) -> DTypePolicy:
    """Turns None, a name, a dtype, a configuration or a policy into a policy.

    Example:
        >>> import kerax
        >>> kerax.dtype_policies.get("mixed_bfloat16")
        <DTypePolicy "mixed_bfloat16">
    """
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
        "class_name": "DTypePolicy",
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
    return get_policy(config)
