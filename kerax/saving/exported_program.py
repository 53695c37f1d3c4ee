"""Reading compiled programs that ``jax.export`` has written, from anybody.

A program is arithmetic, but it may name functions of the process that runs it, and the one through which JAX calls back
into Python takes an address from the program. Only the functions that JAX itself uses for arithmetic are let through.
"""

from __future__ import annotations

import re
from typing import Any

from jax import export as jax_export

_CALL = re.compile(
    r'stablehlo\.custom_call(?:"?\s*@\s*("[^"]*"|[\w$.\-]+)|"?\([^\n]*?call_target_name\s*=\s*("[^"]*"))'
)
_ANY_CALL = re.compile(r"stablehlo\.custom_call\b")
# linear algebra, random numbers, sorting, and marks for where arrays live
_KNOWN = re.compile(
    r"(lapack|cusolver|cusparse|hipsolver|hipsparse|cu|hip)_\w+|ApproxTopK|Eigh|LuDecomposition|Qr|"
    r"ProductOfElementaryHouseholderReflectors|Sharding|SPMDFullToShardShape|SPMDShardToFullShape|"
    r"annotate_device_placement|shape_assertion|AllocateBuffer|(mhlo|chlo)\.\w+|stablehlo\.dynamic_\w+|xla\.sdy\.\w+"
)


def read_program(path: str) -> Any:
    """A compiled program from a file.

    Args:
      path: the file.

    Returns:
      A ``jax.export.Exported``.

    Raises:
      ImportError: without the package ``flatbuffers``.
      OSError: if it cannot be read.
      ValueError: naming the file, if it holds no program, or one that calls functions which no model needs.
    """
    with open(path, "rb") as file:
        data = bytearray(file.read())
    try:
        program = jax_export.deserialize(data)
        text = program.mlir_module()
    except ImportError:
        raise
    except Exception as error:  # whatever the parsers raise
        raise ValueError(f"{path!r} holds no compiled program: {type(error).__name__}: {error}") from error
    found = [(one or other).strip('"') for one, other in _CALL.findall(text)]
    strange = sorted({name for name in found if not _KNOWN.fullmatch(name)})
    if strange or len(found) != len(_ANY_CALL.findall(text)):
        raise ValueError(
            f"{path!r} holds a program that calls functions of this process ({', '.join(strange) or 'unnamed'}), "
            "which no model needs: it is not loaded."
        )
    return program
