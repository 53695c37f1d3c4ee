"""Variables of strings in modules and checkpoints."""

from tests.compat.programs import each


def modules_and_checkpoints(tf, np, folder):
    class Words(tf.Module):
        def __init__(self):
            super().__init__()
            self.number = tf.Variable(1.0)
            self.several = tf.Variable(["a", "bc"])
            self.title = tf.Variable("x", trainable=False)

    words = Words()

    def restored():
        checkpoint = tf.train.Checkpoint(words=words)
        path = checkpoint.save(str(folder / "ck"))
        words.several.assign(["q", "r"])
        words.title.assign("changed")
        checkpoint.restore(path).assert_consumed()
        names = [[name, list(shape)] for name, shape in tf.train.list_variables(path)]
        key = "words/several/.ATTRIBUTES/VARIABLE_VALUE"
        return [words.several.numpy(), words.title.numpy(), names, tf.train.load_checkpoint(path).get_tensor(key)]

    def of_other_sizes():
        path = tf.train.Checkpoint(v=tf.Variable(["a", "b"])).write(str(folder / "two"))
        return tf.train.Checkpoint(v=tf.Variable(["a", "b", "c"])).read(path)

    def described(variables):
        return [[one.dtype.name, list(one.shape)] for one in variables]

    return each(
        {
            "variables": lambda: described(words.variables),
            "trainable": lambda: described(words.trainable_variables),
            "restored": restored,
            "of other sizes": of_other_sizes,
        }
    )
