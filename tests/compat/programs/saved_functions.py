"""Functions in saved models: they write variables, take any rank, say what they return; names of traced arguments."""

from tests.compat.programs import each


def saved(tf, np, folder):
    class Tank(tf.Module):
        def __init__(self):
            super().__init__()
            self.level = tf.Variable(1.0)

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def fill(self, amount):
            self.level.assign_add(amount)

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def drained(self, amount):
            before = self.level + 0.0
            self.level.assign(amount)
            return {"before": before}

        @tf.function
        def scaled(self, x):
            return {"scaled": x * self.level}

    tank = Tank()
    anything = tank.scaled.get_concrete_function(tf.TensorSpec(None, tf.float32))
    rows = tank.scaled.get_concrete_function(tf.TensorSpec([None, 2], tf.float32))
    tf.saved_model.save(tank, str(folder / "tank"), signatures={"serving_default": anything, "rows": rows})
    loaded = tf.saved_model.load(str(folder / "tank"))
    kinds = loaded.signatures

    def described(specs):
        return {
            name: [one.dtype.name, None if one.shape.rank is None else list(one.shape)] for name, one in specs.items()
        }

    return each(
        {
            "written": lambda: [loaded.fill(tf.constant(2.0)), loaded.level.numpy(), tank.level.numpy()],
            "returned and written": lambda: [loaded.drained(tf.constant(7.0)), loaded.level.numpy()],
            "signatures": lambda: sorted(kinds),
            "any rank": lambda: [
                kinds["serving_default"](tf.constant(2.0)),
                kinds["serving_default"](tf.constant([[1.0], [2.0]])),
            ],
            "outputs": lambda: [described(kinds[name].structured_outputs) for name in ("serving_default",)],
        }
    )


def waiting(tf, np, folder):
    class Line(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = tf.keras.layers.Dense(2)

        def call(self, x):
            return self.dense(x)

    whole = tf.train.Checkpoint(part=tf.train.Checkpoint(a=tf.Variable(3.0), b=tf.Variable([4.0])))
    path = whole.save(str(folder / "ck"))
    part = tf.train.Checkpoint(a=tf.Variable(0.0))
    tf.train.Checkpoint(part=part).restore(path)
    part.b = tf.Variable([0.0])
    early = Line()
    early.save_weights(str(folder / "early"))
    seen = []

    class Marked(tf.Module):
        @tf.function
        def __call__(self, x, y=1):
            seen.append(repr(x))
            return x

        @tf.function
        def other(self, x):
            seen.append(repr(x))
            return x

    marked = Marked()
    marked(tf.constant(1))
    marked.other(x=tf.constant([2.0]))
    return each(
        {
            "assigned later": lambda: [part.a.numpy(), part.b.numpy()],
            "no weights yet": lambda: [list(one) for one in tf.train.list_variables(str(folder / "early"))][:1],
            "names": lambda: [one.split("'")[1] for one in seen],
        }
    )


def ragged(tf, np, folder):
    inner = tf.ragged.constant([[[1, 2], [3, 4]], [[5, 6]]], ragged_rank=1)
    return each(
        {
            "no rows": lambda: tf.ragged.range(tf.constant([], tf.int64)),
            "ones": lambda: inner + tf.constant([[10]]),
            "a vector": lambda: inner * tf.constant([10, 100]),
            "a row": lambda: inner + tf.constant([[[1, 2]]]),
            "a number in axes": lambda: tf.ragged.constant([[1], [2, 3]]) + tf.constant([[[5]]])[0],
        }
    )
