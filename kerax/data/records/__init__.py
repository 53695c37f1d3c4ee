"""Records: writing TFRecord files, and the Example messages that they usually hold."""
