"""The version of kerax, in one place: packaging and `kerax.__version__` both read it here."""

__version__ = "0.1.0"
