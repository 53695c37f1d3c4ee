"""The version of kerax, in one place: packaging and `kerax.__version__` both read it here."""

__version__ = "0.1.0"


def version() -> str:
    """Returns the version of kerax.

    Example:
        >>> import kerax
        >>> kerax.version() == kerax.__version__
        True
    """
    return __version__
