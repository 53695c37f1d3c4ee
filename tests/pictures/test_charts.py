"""Confusion matrices and ROC curves show what scikit-learn computes."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import kerax

metrics = pytest.importorskip("sklearn.metrics")
RNG = np.random.default_rng(0)
TRUE = RNG.integers(0, 4, 200)
SCORES = np.eye(4)[TRUE] * 0.5 + RNG.random((200, 4)).round(2)


@pytest.mark.parametrize("normalize", [None, "true", "pred", "all"])
def test_confusion_matrix(normalize, tmp_path):
    names = ["cat", "dog", "<b>", "a very long name of a class"]
    path = tmp_path / "c.svg"
    picture = kerax.utils.plot_confusion_matrix(np.eye(4)[TRUE], SCORES, names, normalize, to_file=path)
    expected = metrics.confusion_matrix(TRUE, SCORES.argmax(1), normalize=normalize)
    np.testing.assert_allclose(picture.matrix, expected)
    found = [e.text for e in ElementTree.parse(path).getroot().iter("{http://www.w3.org/2000/svg}text")]
    assert set(names) <= set(found) and found.count("cat") == 2
    assert (f"{expected[0, 0]:.2f}" if normalize else str(expected[0, 0])) in found


def test_two_classes_by_one_score():
    picture = kerax.utils.plot_confusion_matrix([0, 1, 1, 0], [[0.2], [0.9], [0.4], [0.6]])
    np.testing.assert_array_equal(picture.matrix, [[1, 1], [1, 1]])


def test_confusion_matrix_refuses():
    with pytest.raises(ValueError, match="y_true has 2 samples, y_pred has 3"):
        kerax.utils.plot_confusion_matrix([0, 1], [0, 1, 1])
    with pytest.raises(ValueError, match="4 classes, class_names has 1"):
        kerax.utils.plot_confusion_matrix(TRUE, SCORES, ["a"])
    with pytest.raises(ValueError, match="normalize"):
        kerax.utils.plot_confusion_matrix([0], [0], normalize="rows")
    with pytest.raises(ValueError, match="from 0 on"):
        kerax.utils.plot_confusion_matrix([0], [-1])


def test_roc_curve(tmp_path):
    picture = kerax.utils.plot_roc_curve(TRUE, SCORES, list("abcd"), to_file=tmp_path / "r.svg")
    for i, name in enumerate("abcd"):
        assert picture.areas[name] == pytest.approx(metrics.roc_auc_score(TRUE == i, SCORES[:, i]))
    binary = kerax.utils.plot_roc_curve(TRUE == 1, SCORES[:, 1]).areas
    assert binary == {"AUC": pytest.approx(metrics.roc_auc_score(TRUE == 1, SCORES[:, 1]))}
    ElementTree.parse(tmp_path / "r.svg")
    from kerax.utils.roc_picture import roc_curve

    false_rates, true_rates, _ = roc_curve(TRUE == 1, SCORES[:, 1])
    expected = metrics.roc_curve(TRUE == 1, SCORES[:, 1], drop_intermediate=False)
    np.testing.assert_allclose(false_rates, expected[0])
    np.testing.assert_allclose(true_rates, expected[1])


def test_roc_curve_refuses():
    with pytest.raises(ValueError, match="samples that are not of it"):
        kerax.utils.plot_roc_curve([1, 1], [0.5, 0.4])
