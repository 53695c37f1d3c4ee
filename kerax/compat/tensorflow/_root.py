"""The namespace's root: ``tf`` itself and the modules in it."""

from __future__ import annotations

import sys
from typing import Any

from kerax.compat.tensorflow import _dtypes, _index, _modules, _v1_index
from kerax.compat.tensorflow._keras import keras, losses, metrics, optimizers
from kerax.compat.tensorflow._namespace import ROOT as PACKAGE
from kerax.compat.tensorflow._namespace import Namespace, table


def _experimental() -> Namespace:
    from kerax.compat.tensorflow._numpy import numpy_namespace

    return Namespace(
        "tf.experimental",
        {
            "numpy": lambda: numpy_namespace(),
            "DynamicRaggedShape": "_ragged_shape:DynamicRaggedShape",
            "async_scope": "_control:init_scope",
            "async_clear_error": lambda: lambda: None,
            **{name: _dtypes.TABLE[name] for name in _dtypes.SMALL},
            **table(
                _dispatch="dispatch_for_api dispatch_for_binary_elementwise_apis "
                "dispatch_for_binary_elementwise_assert_apis dispatch_for_unary_elementwise_apis "
                "unregister_dispatch_for",
                _experimental_root="enable_strict_mode function_executor_type register_filesystem_plugin",
                _optional="Optional",
                _row_partition="RowPartition",
                _structured="StructuredTensor",
                _extension_type="ExtensionType ExtensionTypeSpec ExtensionTypeBatchEncoder BatchableExtensionType",
            ),
            "dlpack": lambda: Namespace("tf.experimental.dlpack", table(_experimental_root="from_dlpack to_dlpack")),
            "extension_type": lambda: Namespace("tf.experimental.extension_type", table(_extension_type="as_dict")),
        },
    )


_PARTS: dict[str, Any] = {
    "bitwise": _index.bitwise,
    "linalg": _index.linalg,
    "math": _index.math,
    "nest": _index.nest,
    "nn": _index.nn,
    "random": _index.random,
    "keras": keras,
    "losses": losses,
    "metrics": metrics,
    "optimizers": optimizers,
    **_modules.MODULES,
    "compat": _v1_index.compat(),
    "experimental": lambda: _experimental(),
}


def _importable(space: Namespace, name: str) -> None:
    """Lets ``import kerax.compat.tensorflow.strings`` find the parts of the namespace."""
    for part, value in space.__dict__["_names"].items():
        if isinstance(value, Namespace):
            sys.modules.setdefault(f"{name}.{part}", value)
            _importable(value, f"{name}.{part}")


ROOT = Namespace("tf", {**_index.TOP, **_PARTS}, doc="TensorFlow's namespace, by kerax.")
_importable(ROOT, PACKAGE)
