"""Every public name of tf.keras 2.15 and Keras 3.15 in the namespaces of losses, metrics and optimizers exists."""

import keras
import pytest

import kerax

# What tf.keras 2.15 has besides Keras 3, which is not installed here.
OLD_NAMES = {
    "losses": "KLD MAE MAPE MSE MSLE Reduction kld kullback_leibler_divergence logcosh mae mape mse msle",
    "metrics": "KLD MAE MAPE MSE MSLE MeanRelativeError MeanTensor kld kullback_leibler_divergence logcosh mae mape "
    "mse msle",
    "optimizers": "",
    "optimizers.schedules": "",
    "optimizers.legacy": "Adadelta Adagrad Adam Adamax Ftrl Nadam Optimizer RMSprop SGD",
}


def find(root, path):
    for part in path.split("."):
        root = getattr(root, part)
    return root


@pytest.mark.parametrize("namespace", OLD_NAMES)
def test_names(namespace):
    theirs = {name for name in dir(find(keras, namespace)) if not name.startswith("_")}
    wanted = theirs | set(OLD_NAMES[namespace].split())
    assert len(wanted) > 8
    ours = find(kerax, namespace)
    assert sorted(name for name in wanted if not hasattr(ours, name)) == []
    assert sorted(wanted - set(ours.__all__)) == []
