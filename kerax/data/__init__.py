"""Input pipelines with the surface of tf.data, on NumPy and JAX.

What belongs here: the `Dataset` class (a logical plan of sources and transformations), the rules that rewrite a plan,
the cursors that run it, element specs, saved iterator positions, and the description of in-memory plans that the
training loop puts on the device.

The repository has a link `data -> kerax/data` at its root, so that the folder is easy to find. It is not a second
package: imported under any other name than `kerax.data` its classes would exist twice, and `isinstance` would fail
between the copies.
"""

if __name__ != "kerax.data":
    raise ImportError(
        f"This package was imported as {__name__!r}, which would give every class in it a second identity. "
        "Write `import kerax.data` instead."
    )

from kerax.data import lowering
from kerax.data.dataset import Dataset
from kerax.data.iterator import DatasetIterator, Optional, OutOfRangeError
from kerax.data.lowering import ArrayPlan
from kerax.data.operations.prefetch import AUTOTUNE
from kerax.data.operations.window import DatasetSpec
from kerax.data.spec import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, TensorSpec

__all__ = [
    "AUTOTUNE",
    "ArrayPlan",
    "Dataset",
    "DatasetIterator",
    "DatasetSpec",
    "INFINITE_CARDINALITY",
    "Optional",
    "OutOfRangeError",
    "TensorSpec",
    "UNKNOWN_CARDINALITY",
    "lowering",
]
