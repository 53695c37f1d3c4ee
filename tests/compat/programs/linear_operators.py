"""Linear operators in programs: gradients, tf.function, variables, layers, graphs, classes of the program's own."""

from tests.compat.programs import each


def gradients(tf, np, folder):
    linalg = tf.linalg
    matrix = [[4.0, 1.0], [1.0, 3.0]]

    def of(make, *values):
        variables = [tf.Variable(one) for one in values]
        with tf.GradientTape() as tape:
            result = make(*variables)
        return [tf.convert_to_tensor(one) for one in tape.gradient(result, variables)]

    def watched():
        diag = tf.constant([1.0, 2.0])
        with tf.GradientTape() as tape:
            tape.watch(diag)
            result = linalg.LinearOperatorDiag(diag).log_abs_determinant()
        return tape.gradient(result, diag)

    def twice():
        x = tf.Variable([1.0, 2.0])
        with tf.GradientTape() as tape:
            result = linalg.LinearOperatorDiag(x).matvec(x)
        return tape.jacobian(result, x)

    definite = {"is_self_adjoint": True, "is_positive_definite": True}
    total = tf.reduce_sum
    return each(
        {
            "diag": lambda: of(lambda d: total(linalg.LinearOperatorDiag(d).solvevec([1.0, 2.0])), [3.0, 2.0]),
            "definite": lambda: of(
                lambda m: linalg.LinearOperatorFullMatrix(m, **definite).log_abs_determinant(), matrix
            ),
            "full": lambda: of(lambda m: total(linalg.LinearOperatorFullMatrix(m).solvevec([1.0, 2.0])), matrix),
            "triangular": lambda: of(
                lambda m: total(linalg.LinearOperatorLowerTriangular(m).solvevec([1.0, 2.0], adjoint=True)), matrix
            ),
            "toeplitz": lambda: of(
                lambda c, r: total(linalg.LinearOperatorToeplitz(c, r).matvec([1.0, 2.0]) ** 2), [4.0, 1.0], [4.0, 2.0]
            ),
            "householder": lambda: of(lambda v: linalg.LinearOperatorHouseholder(v).matvec([1.0, 2.0])[0], [3.0, 1.0]),
            "update": lambda: of(
                lambda u, d: linalg.LinearOperatorLowRankUpdate(linalg.LinearOperatorDiag(d), u).log_abs_determinant(),
                [[1.0], [2.0]],
                [1.0, 3.0],
            ),
            "kronecker": lambda: of(
                lambda m, d: linalg.LinearOperatorKronecker(
                    [linalg.LinearOperatorFullMatrix(m), linalg.LinearOperatorDiag(d)]
                ).trace(),
                matrix,
                [1.0, 3.0],
            ),
            "circulant": lambda: of(
                lambda s: total(linalg.LinearOperatorCirculant(s, tf.float32).matvec([1.0, 2.0, 4.0])),
                [6.0, 1.0, 1.0],
            ),
            "blocks": lambda: of(
                lambda d: total(
                    linalg.LinearOperatorBlockDiag(
                        [linalg.LinearOperatorDiag(d), linalg.LinearOperatorScaledIdentity(1, 2.0)]
                    ).solvevec([tf.ones([2]), tf.ones([1])])[0]
                ),
                [2.0, 4.0],
            ),
            "watched": watched,
            "jacobian": twice,
        }
    )


def functions(tf, np, folder):
    linalg = tf.linalg
    x = tf.constant([1.0, 2.0])
    variable = tf.Variable([1.0, 2.0])
    kept = linalg.LinearOperatorDiag(variable)

    def inside():
        @tf.function
        def run(d):
            operator = linalg.LinearOperatorLowRankUpdate(
                linalg.LinearOperatorDiag(d, is_positive_definite=True), d[:, tf.newaxis]
            )
            return operator.determinant(), operator.solvevec(d), operator.H.to_dense()

        return list(run(x))

    def arguments():
        @tf.function
        def run(operator, value):
            return operator.matvec(value)

        return [run(linalg.LinearOperatorDiag([3.0, 1.0]), x), run(linalg.LinearOperatorDiag([5.0, 1.0]), x)]

    def results():
        @tf.function
        def run(d):
            one = linalg.LinearOperatorDiag(d)
            return one.inverse(), linalg.LinearOperatorKronecker([one, linalg.LinearOperatorIdentity(2)])

        return [[type(one).__name__, one.to_dense()] for one in run(x)]

    def open_sizes():
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def run(d):
            operator = linalg.LinearOperatorDiag(d)
            return operator.to_dense(), operator.shape_tensor(), operator.solvevec(d + 1.0), operator.trace()

        return list(run(x)) + list(run(tf.constant([1.0, 2.0, 3.0])))

    def kept_variable():
        @tf.function
        def run(value):
            return kept.matvec(value)

        return [run(x), variable.assign([5.0, 6.0]) is None, run(x), kept.trace(), len(kept.trainable_variables)]

    def asserted():
        @tf.function
        def run(d):
            linalg.LinearOperatorDiag(d).assert_non_singular()
            return d

        return [run(x), run(tf.constant([0.0, 1.0]))]

    def iterative():
        @tf.function
        def run(matrix, rhs):
            operator = linalg.LinearOperatorFullMatrix(matrix, is_self_adjoint=True, is_positive_definite=True)
            return linalg.experimental.conjugate_gradient(operator, rhs).x

        return run(tf.constant([[4.0, 1.0], [1.0, 3.0]]), x)

    def mapped():
        return [
            tf.map_fn(lambda d: linalg.LinearOperatorDiag(d).trace(), tf.constant([[1.0, 2.0], [3.0, 4.0]])),
            tf.vectorized_map(lambda d: linalg.LinearOperatorDiag(d).matvec(d), tf.constant([[1.0, 2.0], [3.0, 4.0]])),
        ]

    return each(
        {
            "inside": inside,
            "arguments": arguments,
            "results": results,
            "open sizes": open_sizes,
            "kept variable": kept_variable,
            "asserted": asserted,
            "iterative": iterative,
            "mapped": mapped,
            "rebuilt": lambda: (
                tf.nest.map_structure(lambda one: one * 2.0, linalg.LinearOperatorDiag(x), expand_composites=True).diag
            ),
        }
    )


def own_classes(tf, np, folder):
    class Scaled(tf.linalg.LinearOperator):
        def __init__(self, factor):
            self._factor = tf.convert_to_tensor(factor)
            super().__init__(self._factor.dtype, is_square=True, name="Scaled", parameters={"factor": factor})

        def _shape(self):
            return tf.TensorShape([2, 2])

        def _shape_tensor(self):
            return tf.constant([2, 2])

        def _matmul(self, x, adjoint=False, adjoint_arg=False):
            return self._factor * (tf.linalg.adjoint(x) if adjoint_arg else x)

    one = Scaled(3.0)
    diag = tf.linalg.LinearOperatorDiag([1.0, 2.0])

    class Layer(tf.keras.layers.Layer):
        def build(self, shape):
            self.diag = self.add_weight(name="diag", shape=(2,), initializer="ones")

        def call(self, inputs):
            return tf.linalg.LinearOperatorDiag(self.diag * 3.0).matvec(inputs)

    def layer():
        model = tf.keras.Sequential([tf.keras.Input((2,)), Layer()])
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 2), "float32"), np.ones((4, 2), "float32"), verbose=0)
        return model.predict(np.ones((1, 2), "float32"), verbose=0)

    def functional():
        inputs = tf.keras.Input((2,))
        outputs = tf.matmul(inputs, tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]]))
        return tf.keras.Model(inputs, outputs)(tf.ones([2, 2]))

    def module():
        class Holder(tf.Module):
            def __init__(self):
                super().__init__()
                self.operator = tf.linalg.LinearOperatorDiag(tf.Variable([1.0, 2.0]))

        return len(Holder().trainable_variables)

    def session():
        with tf.Graph().as_default():
            given = tf.compat.v1.placeholder(tf.float32, [2])
            operator = tf.compat.v1.linalg.LinearOperatorDiag(given)
            both = [operator.matvec([3.0, 4.0]), (operator @ operator).to_dense(), operator.inverse().to_dense()]
            with tf.compat.v1.Session() as running:
                return running.run(both, {given: [1.0, 2.0]})

    return each(
        {
            "dense": one.to_dense,
            "numbers": lambda: [one.determinant(), one.trace(), one.log_abs_determinant(), one.diag_part()],
            "solved": lambda: [one.solvevec([3.0, 6.0]), one.inverse().to_dense(), one.H.to_dense(), one.name],
            "product": lambda: [(one @ diag).name, (one @ diag).to_dense(), (diag @ one).to_dense()],
            "kronecker": lambda: tf.linalg.LinearOperatorKronecker([one, diag]).to_dense(),
            "block": lambda: tf.linalg.LinearOperatorBlockDiag([one, diag]).matvec([1.0, 1.0, 1.0, 1.0]),
            "parameters": lambda: one.parameters,
            "layer": layer,
            "functional": functional,
            "module": module,
            "session": session,
        }
    )
