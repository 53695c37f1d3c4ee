"""Functions that are chosen for a folder come back with their variables."""

import pytest


def test_endpoints_and_lists_of_variables_are_read_again(tf, tmp_path):
    scale, unread = tf.Variable(3.0), tf.Variable([1, 2])
    archive = tf.keras.export.ExportArchive()
    archive.track(scale)
    archive.add_endpoint("serve", lambda x: x * scale, [tf.TensorSpec([None], tf.float32)])
    called = tf.function(lambda x: x + 1)
    called(tf.constant(1))
    archive.add_endpoint("more", called)
    archive.add_variable_collection("kept", [scale, unread])
    archive.write_out(tmp_path / "out")
    read = tf.saved_model.load(str(tmp_path / "out"))
    assert read.serve(tf.constant([1.0, 2.0])).numpy().tolist() == [3.0, 6.0]
    assert read.more(tf.constant(4)).numpy() == 5
    assert [one.numpy().tolist() for one in read.kept] == [3.0, [1, 2]]
    assert list(read.signatures) == ["serving_default"]


def test_what_cannot_be_written_is_refused(tf, tmp_path):
    archive = tf.keras.export.ExportArchive()
    with pytest.raises(ValueError, match="No endpoints"):
        archive.write_out(tmp_path)
    with pytest.raises(ValueError, match="input_signature"):
        archive.add_endpoint("serve", lambda x: x)
    archive.add_endpoint("serve", lambda x: x, [tf.TensorSpec([1])])
    with pytest.raises(ValueError, match="already taken"):
        archive.add_endpoint("serve", lambda x: x, [tf.TensorSpec([1])])
    with pytest.raises(ValueError, match="list of variables"):
        archive.add_variable_collection("kept", 3)
