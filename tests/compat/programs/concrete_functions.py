"""Concrete functions: of texts, in words; what leaves a function while it is traced."""

from tests.compat.programs import each


def texts(tf, np, folder):
    @tf.function
    def shout(text, times=2):
        return text + tf.strings.join(["!"] * times)

    known = shout.get_concrete_function(tf.constant("ho"), times=3)
    open_one = shout.get_concrete_function(tf.TensorSpec([None], tf.string))

    @tf.function
    def lengths(texts):
        return tf.strings.length(texts) + 1

    return each(
        {
            "another": lambda: [known(tf.constant("hey")), known(text=tf.constant("hi"))],
            "specification": lambda: open_one(tf.constant(["a", "b"])),
            "another type": lambda: known(tf.constant(1)),
            "another number": lambda: known(tf.constant("hey"), times=4),
            "inputs": lambda: repr(known.structured_input_signature),
            "many": lambda: [lengths(tf.constant(["x" * n, ""])) for n in range(6)],
            "gradients": lambda: [_gradient(tf, str(n)) for n in range(5)],
        }
    )


def _gradient(tf, text, kept={}):  # noqa: B006
    if "step" not in kept:
        kept["weight"] = tf.Variable(2.0)

        @tf.function
        def step(text):
            with tf.GradientTape() as tape:
                loss = kept["weight"] ** 2 * tf.strings.to_number(text)
            slope = tape.gradient(loss, kept["weight"])
            kept["weight"].assign_sub(0.1 * slope)
            return slope

        kept["step"] = step
    return kept["step"](tf.constant(text))


def in_words(tf, np, folder):
    @tf.function
    def mixed(x, y, flag=True, *, name="n"):
        return {"a": x["p"], "b": [y[0], (y[0], None)]}

    concrete = mixed.get_concrete_function({"p": tf.constant(1.0), "q": tf.constant([1])}, [tf.constant(2), 3])
    return each(
        {
            "lines": lambda: concrete.pretty_printed_signature(),
            "line": lambda: concrete.pretty_printed_signature(verbose=False),
            "str": lambda: str(concrete),
            "repr": lambda: repr(concrete).split(" at 0")[0],
            "function type": lambda: [str(concrete.function_type), repr(concrete.function_type)],
        }
    )


def at_once(tf, np, folder):
    class Counter(tf.Module):
        def __init__(self):
            super().__init__()
            self.total, self.calls = tf.Variable(0), 0

        @tf.function
        def __call__(self):
            if self.calls == 0:
                with tf.init_scope():
                    self.calls += 1
                    self.total.assign_add(5)
                    self.seen = self.total.numpy()
            return self.total + 1

    counter = Counter()

    @tf.py_function(Tout=tf.float32)
    def halved(x):
        return x.numpy() / 2

    return each(
        {
            "init_scope": lambda: [[counter().numpy() for _ in range(3)], counter.seen, counter.total.numpy()],
            "decorated": lambda: halved(tf.constant([1.0, 3.0])),
            "decorated in a map": lambda: [halved(tf.constant(3.0)), *tf.data.Dataset.range(2).map(halved)],
        }
    )
