"""Linear operators where TensorFlow 2.15.1 gives no answer, or a wrong one, and operators too large for a matrix."""

import numpy as np
import pytest

SIZE = 200_000  # a matrix of it would take 160 GB


@pytest.mark.slow
def test_structure_is_used(tf):
    linalg, ones = tf.linalg, tf.ones([SIZE])
    three = tf.stack([ones, 4 * ones, ones])
    spiked = linalg.LinearOperatorLowRankUpdate(
        linalg.LinearOperatorDiag(ones, is_positive_definite=True), ones[:, None]
    )
    parts = [linalg.LinearOperatorDiag(tf.ones([400])), linalg.LinearOperatorFullMatrix(2 * tf.eye(500))]
    solved = {
        "diag": (linalg.LinearOperatorDiag(2 * ones), 0.5),
        "scaled": (linalg.LinearOperatorScaledIdentity(SIZE, 4.0), 0.25),
        "circulant": (linalg.LinearOperatorCirculant(2 * ones, tf.float32), 0.5),
        "permutation": (linalg.LinearOperatorPermutation(tf.range(SIZE)[::-1]), 1.0),
        "householder": (linalg.LinearOperatorHouseholder(ones), -1.0),
        "kronecker": (linalg.LinearOperatorKronecker(parts), 0.5),
        "update": (spiked, 1.0 / (SIZE + 1)),
    }
    for name, (operator, expected) in solved.items():
        np.testing.assert_allclose(operator.solvevec(ones).numpy(), expected, rtol=1e-3, atol=1e-6, err_msg=name)
    tridiagonal = linalg.LinearOperatorTridiag(three)
    np.testing.assert_allclose(tridiagonal.matvec(tridiagonal.solvevec(ones)).numpy(), 1.0, rtol=1e-5)
    toeplitz = linalg.LinearOperatorToeplitz(ones, ones)
    np.testing.assert_allclose(toeplitz.matvec(ones).numpy(), SIZE, rtol=1e-3)


def test_the_adjoint_of_a_triangular_operator_is_whole_in_a_product(tf):
    triangular = tf.linalg.LinearOperatorLowerTriangular([[1.0, 0.0], [2.0, 3.0]])
    diagonal = tf.linalg.LinearOperatorDiag([1.0, 10.0])
    found = triangular.matmul(diagonal, adjoint=True)
    assert found.to_dense().numpy().tolist() == [[1.0, 20.0], [0.0, 30.0]]


def test_the_inverse_of_a_complex_multiple_is_not_self_adjoint(tf):
    inverse = tf.linalg.LinearOperatorScaledIdentity(1, tf.constant(2j, tf.complex64)).inverse()
    assert not inverse.is_self_adjoint
    assert inverse.H.to_dense().numpy().tolist() == [[0.5j]]


@pytest.mark.slow
def test_numbers_of_16_bits_are_solved(tf):
    for hints in ({}, {"is_self_adjoint": True, "is_positive_definite": True}):
        operator = tf.linalg.LinearOperatorFullMatrix(tf.constant([[2, 1], [1, 3]], tf.float16), **hints)
        found = operator.solvevec(tf.constant([1, 2], tf.float16))
        assert found.dtype == tf.float16
        np.testing.assert_allclose(found.numpy(), [0.2, 0.6], rtol=1e-2)


@pytest.mark.slow
def test_operators_of_a_models_inputs(tf):
    inputs = tf.keras.Input((3,))
    outputs = tf.linalg.LinearOperatorDiag(inputs).log_abs_determinant()
    found = tf.keras.Model(inputs, outputs)(2 * tf.ones([2, 3]))
    np.testing.assert_allclose(np.asarray(found), 3 * np.log(2.0), rtol=1e-5)
    with pytest.raises(ValueError, match="no numbers to check"):
        tf.linalg.LinearOperatorDiag(inputs).assert_non_singular()


@pytest.mark.parametrize("make, said", [
    (lambda linalg: linalg.LinearOperatorTridiag([[1.0], [2.0]]), r"\(\.\.\., 3, n\)"),
    (lambda linalg: linalg.LinearOperatorComposition([3.0]), "a list of operators"),
    (lambda linalg: linalg.LinearOperatorDiag([1.0]).matmul([1.0]), "matvec and solvevec take vectors"),
    (lambda linalg: linalg.LinearOperatorIdentity(2).matvec([1.0, 2.0, 3.0]), "dimensions 2 and 3 are not compatible"),
])  # fmt: skip
def test_errors_say_how_to_go_on(tf, make, said):
    with pytest.raises((ValueError, TypeError), match=said):
        make(tf.linalg)


def test_conjugate_gradient_is_compiled_once_for_operators_of_one_size(tf):
    from kerax.compat.tensorflow._linear_operator import conjugate_gradient

    for number in (2.0, 3.0):
        operator = tf.linalg.LinearOperatorDiag([1.0, number, 5.0], is_positive_definite=True)
        before = conjugate_gradient._compiled._cache_size()
        tf.linalg.experimental.conjugate_gradient(operator, [1.0, 2.0, 3.0])
    assert conjugate_gradient._compiled._cache_size() == before > 0
