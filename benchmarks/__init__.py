"""Benchmarks: kerax against hand-written JAX loops, Keras 3 on JAX and tf.keras (see docs/performance.md)."""
