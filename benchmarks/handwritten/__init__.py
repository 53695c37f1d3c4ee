"""The workloads written by hand in plain JAX and optax, as an expert without a framework would: no kerax here."""
