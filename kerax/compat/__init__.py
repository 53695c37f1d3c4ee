"""TensorFlow's names for existing scripts.

``kerax run script.py`` runs a script that says ``import tensorflow as tf``, unchanged, without TensorFlow; in a
notebook
``kerax.compat.install()`` does the same for the imports that follow. `kerax.compat.tensorflow` is the namespace itself.
"""

from kerax.compat.importing import install, installed, uninstall

__all__ = ["install", "installed", "uninstall"]
