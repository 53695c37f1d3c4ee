"""Models as scikit-learn estimators; needs scikit-learn 1.6 or newer."""

try:
    import sklearn  # noqa: F401 - what everything here is made of
except ImportError as error:
    raise ImportError(
        'kerax.wrappers needs scikit-learn, which is not installed: pip install "scikit-learn>=1.6".'
    ) from error

from kerax.wrappers.sklearn_wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]
