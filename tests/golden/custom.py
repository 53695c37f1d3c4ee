"""The user-defined layer and activation of the recorded `custom_layer` models."""

import kerax


class ScaledDense(kerax.layers.Layer):
    """`(x @ kern) * scale + off`, with a counter that is not trained."""

    def __init__(self, units=3, scale=2.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.scale = scale

    def build(self, input_shape):
        self.kern = self.add_weight(name="kern", shape=(input_shape[-1], self.units), initializer="glorot_uniform")
        self.off = self.add_weight(name="off", shape=(self.units,), initializer="zeros")
        self.count = self.add_weight(name="count", shape=(), initializer="ones", trainable=False)

    def call(self, x):
        return (x @ self.kern) * self.scale + self.off

    def get_config(self):
        return {**super().get_config(), "units": self.units, "scale": self.scale}


def cube(x):
    """The third power."""
    return x * x * x


CUSTOM_OBJECTS = {"ScaledDense": ScaledDense, "cube": cube}
