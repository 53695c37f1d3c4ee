"""tf.keras's experimental layers by their old names."""

from kerax.layers._family import FAMILY
from kerax.layers.core.einsum_dense import EinsumDense
from kerax.layers.core.random_fourier_features import RandomFourierFeatures
from kerax.layers.experimental import preprocessing
from kerax.layers.normalization.batch_normalization import BatchNormalization

# A batch that is spread over devices is always normalized as one.
SyncBatchNormalization = BatchNormalization
FAMILY.extend(classes={"SyncBatchNormalization": BatchNormalization})

__all__ = ["EinsumDense", "RandomFourierFeatures", "SyncBatchNormalization", "preprocessing"]
