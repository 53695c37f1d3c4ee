"""TFSMLayer: a folder that ``tf.saved_model.save`` of kerax has written, as a layer."""

from __future__ import annotations

from typing import Any

import jax

from kerax.compat.tensorflow import _saved_model
from kerax.compat.tensorflow._core import array
from kerax.layers import Layer
from kerax.layers._family import FAMILY


class TFSMLayer(Layer):
    """An exported object as a layer for inference.

    The folder holds programs and arrays that kerax wrote. A SavedModel of TensorFlow's holds graphs of TensorFlow's
    operations, which kerax does not run.

    Args:
        filepath: the folder.
        call_endpoint: name of the function or signature that the layer calls.
        call_training_endpoint: another one for ``training=True``; the same by default.
        trainable: accepted as in Keras; programs are stored without gradients, so the weights stay as they are.
        name: of the layer.
        dtype: of the layer.

    Raises:
        OSError: if there is nothing to load, or a SavedModel of TensorFlow's.
        ValueError: for an endpoint that the folder does not have.

    Example:
        >>> import kerax, numpy as np, tempfile
        >>> from kerax.compat.tensorflow import saved_model
        >>> model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2)])
        >>> folder = tempfile.mkdtemp()
        >>> saved_model.save(model, folder)
        >>> layer = kerax.layers.TFSMLayer(folder)
        >>> x = np.ones((4, 3), "float32")
        >>> bool(np.allclose(layer(x), model(x)))
        True
    """

    _untracked = Layer._untracked | {"_endpoints"}

    def __init__(
        self,
        filepath: Any,
        call_endpoint: str = "serve",
        call_training_endpoint: str | None = None,
        trainable: bool = True,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(trainable=trainable, name=name, dtype=dtype)
        self.filepath = filepath
        self.call_endpoint, self.call_training_endpoint = call_endpoint, call_training_endpoint
        loaded = _saved_model.load(filepath)
        if not isinstance(loaded, _saved_model.Loaded):
            raise ValueError(
                f"{filepath} holds an exported Estimator, which parses its examples on the host and so cannot be a "
                "layer: load it with tf.saved_model.load and call its signatures."
            )
        functions = {name: one for name, one in vars(loaded).items() if isinstance(one, _saved_model.LoadedFunction)}
        known = {**loaded.signatures, **functions}
        self._endpoints: list[Any] = []
        for argument, endpoint in (
            ("call_endpoint", call_endpoint),
            ("call_training_endpoint", call_training_endpoint or call_endpoint),
        ):
            if endpoint not in known:
                raise ValueError(
                    f"TFSMLayer({argument}={endpoint!r}): {filepath} has no such function or signature; it has "
                    f"{sorted(known)}."
                )
            self._endpoints.append(known[endpoint])
        for variable in loaded.variables:
            variable.trainable = False
        self._loaded = loaded.variables
        self.built = True

    def call(self, inputs: Any, training: bool = False, **kwargs: Any) -> Any:
        """Calls the endpoint."""
        endpoint = self._endpoints[bool(training)]
        outputs = endpoint(inputs, **kwargs)
        return jax.tree.map(array, outputs, is_leaf=lambda one: hasattr(one, "_value"))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments; files with them are read back with ``safe_mode=False`` only."""
        return {
            **super().get_config(),
            "filepath": str(self.filepath),
            "call_endpoint": self.call_endpoint,
            "call_training_endpoint": self.call_training_endpoint,
        }


FAMILY.extend({"TFSMLayer": TFSMLayer})
