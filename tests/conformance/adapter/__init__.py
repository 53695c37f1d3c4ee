"""Runs Keras's own unit tests, as its wheel ships them, against kerax's public names."""
