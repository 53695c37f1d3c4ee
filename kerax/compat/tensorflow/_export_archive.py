"""``tf.keras.export.ExportArchive``: chosen functions in a folder, in the form of ``tf.saved_model.save``."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import _saved_model
from kerax.compat.tensorflow._module import Module
from kerax.compat.tensorflow._tracing import Function, function


class ExportArchive:
    """Functions to be written; ``tf.saved_model.load`` reads them. The folder is kerax's own, not TensorFlow's.

    Example:
      >>> import tempfile, kerax.compat.tensorflow as tf
      >>> model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1, kernel_initializer="ones")])
      >>> archive, folder = tf.keras.export.ExportArchive(), tempfile.mkdtemp()
      >>> archive.track(model)
      >>> archive.add_endpoint("serve", model.call, [tf.TensorSpec([None, 2])])
      >>> archive.write_out(folder)
      >>> tf.saved_model.load(folder).serve(tf.ones([1, 2])).numpy().tolist()
      [[2.0]]
    """

    def __init__(self) -> None:
        self._tracked: list[Any] = []
        self._endpoints: dict[str, Function] = {}
        self._collections: dict[str, list] = {}

    def track(self, resource: Any) -> None:
        """Accepted as in TensorFlow: the variables that functions read are found by themselves.

        Args:
          resource: a model, a layer, another object with variables.
        """
        self._tracked.append(resource)

    def add_endpoint(self, name: str, fn: Any, input_signature: Any = None) -> None:
        """A function to be written.

        Args:
          name: what it will be called.
          fn: the function.
          input_signature: list of ``tf.TensorSpec``; not needed for a ``tf.function`` that was called already.

        Raises:
          ValueError: for a name that is taken, or arguments that are not known.
        """
        if name in self._endpoints:
            raise ValueError(f"Endpoint name {name!r} is already taken; there are {sorted(self._endpoints)}.")
        if input_signature is not None:
            fn = function(fn, input_signature=input_signature)
        elif not isinstance(fn, Function) or not (fn._programs or fn.input_signature is not None):
            raise ValueError(
                f"add_endpoint({name!r}): give input_signature=[tf.TensorSpec(...)], or a tf.function that was called."
            )
        self._endpoints[name] = fn

    def add_variable_collection(self, name: str, variables: Any) -> None:
        """A list of variables that the object that is read has by a name.

        Args:
          name: of the list.
          variables: the variables.

        Raises:
          ValueError: for something else than a list of variables.
        """
        if not isinstance(variables, (list, tuple, set)) or not all(hasattr(one, "assign") for one in variables):
            raise ValueError(f"add_variable_collection({name!r}) takes a list of variables, received {variables!r}.")
        self._collections[name] = list(variables)

    def write_out(self, filepath: Any, options: Any = None) -> None:
        """Writes the functions and the variables that they read; the first one is the default signature too.

        Args:
          filepath: the folder.
          options: accepted as in TensorFlow.

        Raises:
          ValueError: without an endpoint.
        """
        if not self._endpoints:
            raise ValueError("No endpoints have been set yet: call add_endpoint() before write_out().")
        holder = Module()
        for name, one in self._endpoints.items():
            setattr(holder, name, one)
        for name, several in self._collections.items():
            for number, one in enumerate(several):
                setattr(holder, f"{name}.{number}", one)
        first = next(iter(self._endpoints.values()))
        _saved_model.save(holder, filepath, signatures=first)
