"""The best measured forms and loops of the hand-written contenders.

`python -m benchmarks.handwritten.tune` measures them again.

Measured on two CPU cores with AVX-512. A conv entry is (form of the output, form of the kernel's gradient).
"""

from __future__ import annotations

from typing import Any

FORMS: dict[str, dict[str, Any]] = {
    "mlp_32": {},
    "mlp_128": {},
    "tabular": {},
    "cnn_32": {"conv1": ("valid", "gemm1"), "pool": "mask"},
    "cnn_128": {"conv1": ("valid", "gemm1"), "conv2": ("valid", "parts8"), "pool": "mask"},
    "lstm": {"lstm": "slopes"},
    "transformer": {"attention": "short"},
}
# The net's forms under the scan, where they differ from the loop's.
SCAN_FORMS: dict[str, dict[str, Any]] = {}
LOOP: dict[str, str] = dict.fromkeys(FORMS, "host")
SCAN: dict[str, str] = {
    **dict.fromkeys(FORMS, "inside"),
    "mlp_32": "chunks_64",
    "mlp_128": "chunks_64",
    "tabular": "outside_64",
}
# The XLA options of the workload's programs, a key of `compile_options.OPTIONS`.
COMPILE: dict[str, str] = {
    **dict.fromkeys(FORMS, "default"),
    "mlp_32": "eigen_dot",
    "mlp_128": "eigen_dot",
    "cnn_128": "eigen_conv",
}
