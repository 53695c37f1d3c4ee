"""Text, on the host: the names of tf.strings for arrays of ``bytes``, for use in ``map``.

What belongs here: functions that take texts (str, bytes, nested lists, object arrays, one or many at once) and return
NumPy arrays, or ragged ones where results differ in length. Nothing here runs on a device.
"""

from kerax.data.strings.basic import (
    as_string,
    bytes_split,
    format,
    join,
    length,
    lower,
    ngrams,
    reduce_join,
    regex_full_match,
    regex_replace,
    split,
    strip,
    substr,
    to_number,
    unsorted_segment_join,
    upper,
)
from kerax.data.strings.buckets import to_hash_bucket, to_hash_bucket_fast, to_hash_bucket_strong
from kerax.data.strings.unicode import (
    unicode_decode,
    unicode_decode_with_offsets,
    unicode_encode,
    unicode_split,
    unicode_split_with_offsets,
    unicode_transcode,
)

__all__ = [
    "as_string",
    "bytes_split",
    "format",
    "join",
    "length",
    "lower",
    "ngrams",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "split",
    "strip",
    "substr",
    "to_hash_bucket",
    "to_hash_bucket_fast",
    "to_hash_bucket_strong",
    "to_number",
    "unicode_decode",
    "unicode_decode_with_offsets",
    "unicode_encode",
    "unicode_split",
    "unicode_split_with_offsets",
    "unicode_transcode",
    "unsorted_segment_join",
    "upper",
]
