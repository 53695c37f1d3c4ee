"""Texts to words and numbers; the names of ``tf.keras.preprocessing.text``."""

from kerax.preprocessing.tokenizer import Tokenizer, tokenizer_from_json
from kerax.preprocessing.words import hashing_trick, one_hot, text_to_word_sequence

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]
