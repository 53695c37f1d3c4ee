"""Comparison with values that TensorFlow 2.15.1 and Keras 3.15.1 computed."""
