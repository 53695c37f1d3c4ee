"""Python control flow on arrays inside kerax.function equals Python itself."""

import functools
import inspect
import sys
import tempfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax.function.autograph import conversion

pytest.importorskip("malt", reason="AutoGraph needs diastatic-malt")


def relu_like(x):
    if x > 0:
        y = x
    else:
        y = -2 * x
    return y


def early(x):
    if x > 0:
        return x * 2.0
    return x - 1.0


def three(x):
    if x > 3:
        y = 1.0
    elif x > 1:
        y = 2.0
    else:
        y = x
    return y


def collatz(n):
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


def positives(xs):
    total = 0.0
    for v in xs:
        if v < 0:
            continue
        total += v
    return total


def until(xs, limit):
    total = 0.0
    for v in xs:
        total = total + v
        if total > limit:
            break
    return total


def first_above(xs, limit):
    for v in xs:
        if v > limit:
            return v
    return -1.0


def up_to(n):
    total = 0
    for i in range(n):
        total += i
    return total


def logic(x):
    return relu_like(x) + (1.0 if 1 < x < 10 and not x > 7 else 0.0) + (2.0 if x < 0 or x > 3 else 0.0)


def stacked(xs):
    out = []
    for v in xs:
        out.append(v * 2)
    return jnp.stack(out)


def pieces(xs):
    found = kerax.TensorArray("float32", size=3)
    for i in range(len(xs)):
        found = found.write(i, xs[i] * 2)
    i = 0
    while i < xs.sum() * 0 + 3:
        found = found.write(i, found.read(i) + 1)
        i += 1
    return found.stack()


def nested_loops(n):
    total = 0
    i = 0
    while i < n:
        j = 0
        while j < i:
            if (i + j) % 3 == 0:
                total += j
            j += 1
        i += 1
    return total


XS = np.array([1.0, -2.0, 3.0], "float32")
CASES = [
    (relu_like, 3.0),
    (relu_like, -3.0),
    (early, 2.0),
    (early, -2.0),
    *[(three, x) for x in (4.0, 2.0, 0.5)],
    (collatz, 27),
    (positives, XS),
    (until, np.arange(10, dtype="float32"), 6.0),
    (first_above, XS, 2.0),
    (first_above, XS, 5.0),
    (up_to, 5),
    *[(logic, x) for x in (5.0, 8.0, -1.0, 2.0)],
    (stacked, XS),
    (pieces, XS),
    (nested_loops, 7),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_equals_python(case):
    function, *args = case
    wanted = function(*args)
    arrays = [jnp.asarray(a) for a in args]
    np.testing.assert_allclose(kerax.function(function)(*arrays), wanted, rtol=1e-6)


def test_variables_change_in_branches_and_loops():
    count, total = kerax.Variable(0, name="count"), kerax.Variable(0.0, name="total")

    @kerax.function
    def run(xs):
        for v in xs:
            if v > 0:
                count.assign_add(1)
                total.assign_add(v)
        while total > 1:
            total.assign(total / 2)
        return count.value

    assert int(run(jnp.asarray([1.0, -1.0, 3.0]))) == 2
    assert int(count) == 2 and float(total) == 1.0


def test_gradients_through_control_flow():
    function = kerax.function(positives)
    xs = jnp.asarray(XS)
    with kerax.GradientTape() as tape:
        tape.watch(xs)
        y = function(xs)
    assert tape.gradient(y, xs).tolist() == [1.0, 0.0, 1.0]


def test_noise_differs_between_rounds():
    @kerax.function
    def draw(n):
        found = kerax.TensorArray("float32", size=4, element_shape=())
        for i in range(n):
            found = found.write(i, jax.random.uniform(kerax.state.rng.next_key("noise")))
        return found.stack()

    assert len(set(np.asarray(draw(jnp.asarray(4))).tolist())) == 4


def test_print_and_assert(capfd):
    @kerax.function
    def run(x):
        print("x is", x)
        assert x > 0, "x must be positive"
        return x

    run(jnp.asarray(1.0)).block_until_ready()
    jax.effects_barrier()
    run(jnp.asarray(2.0)).block_until_ready()
    jax.effects_barrier()
    assert capfd.readouterr().out == "x is 1.0\nx is 2.0\n"


def test_methods_and_super():
    class Base:
        def scale(self, x):
            return x * 3

    class Child(Base):
        @kerax.function
        def scale(self, x):
            if x > 1:
                x = super().scale(x)
            return x

    assert float(Child().scale(jnp.asarray(2.0))) == 6.0


def uneven(x):
    if x > 0:
        y = jnp.ones(2)
    else:
        y = jnp.ones(3)
    return y


def test_shapes_that_differ_between_branches():
    with pytest.raises(ValueError, match=r"'y' has shape \(2,\) in one case of `if` and \(3,\)") as caught:
        kerax.function(uneven)(jnp.asarray(1.0))
    assert "test_autograph.py" in "".join(caught.value.__notes__)


def grows(n):
    out = []
    i = 0
    while i < n:
        out.append(i)
        i += 1
    return out


def test_lists_in_loops_of_unknown_length():
    with pytest.raises(Exception, match="TensorArray"):
        kerax.function(grows)(jnp.asarray(3))


def asks_numbers(x):
    y = x + 1
    return float(np.asarray(y))


def test_errors_name_the_users_line():
    with pytest.raises(ValueError, match=r"test_autograph.py:\d+: return float\(np.asarray\(y\)\)"):
        kerax.function(asks_numbers)(jnp.asarray(3.0))


def test_without_autograph():
    with pytest.raises(ValueError, match="autograph=True"):
        kerax.function(relu_like, autograph=False)(jnp.asarray(1.0))


@pytest.mark.parametrize("x", [0, 1, 4])
def test_a_break_in_a_loop_over_a_scripts_numbers(x):
    import kerax.compat.tensorflow as tf

    def walk(x, numbers):
        for i in range(3):
            for j in numbers(3):
                if i == j:
                    continue
                if j > x:
                    break
                x += j
            for _ in numbers(i):
                x += 1
        return x

    assert int(tf.function(lambda x: walk(x, tf.range))(tf.constant(x))) == walk(x, range)


def test_a_name_that_one_branch_does_not_set():
    @kerax.function
    def f(x):
        if x > 0:
            y = x
        return y

    with pytest.raises(
        UnboundLocalError, match="'y' is used after an `if` on an array that does not set it in its `else`"
    ):
        f(jnp.asarray(1.0))


def only_if(x):
    if x > 0:
        return x


def only_in_a_loop(x):
    for v in jnp.stack([x, x]):
        if v > 2:
            return v


def only_in_an_inner_branch(x):
    if x > 0:
        if x > 5:
            return 1.0
        x = x + 1


@pytest.mark.parametrize("function", [only_if, only_in_a_loop, only_in_an_inner_branch])
def test_a_value_that_is_returned_only_sometimes_is_refused(function):
    with pytest.raises(ValueError, match=rf"{function.__name__}\(\) returns a value in one branch"):
        kerax.function(function)(jnp.asarray(1.0))


@pytest.mark.parametrize("x", [6.0, 1.0, -2.0, -6.0])
def test_every_way_through_branches_returns(x):
    def many(x):
        if not x > 0:
            x = x * 2
            if x < -5:
                return x
        for v in [x, x + 1]:
            x = x + v
        if x > 5:
            if x > 9:
                return x - 1
            else:
                return x - 2
        return x

    assert float(kerax.function(many)(jnp.asarray(x))) == many(x)


@pytest.mark.parametrize("x", [0.0, 2.5, 9.0])
def test_an_array_may_end_a_loop_over_a_python_sequence(x):
    def search(x, pairs):
        found = -1.0
        for name, value in pairs.items():
            if x < value:
                found = value * len(name)
                break
        for value in [1.0, 2.0]:
            if found > value * 5:
                return found + value
        return found

    pairs = {"a": 1.0, "bbb": 3.0, "cccc": 5.0}
    assert float(kerax.function(lambda x: search(x, pairs))(jnp.asarray(x))) == search(x, pairs)

    def gather(x):
        seen = []
        for value in [1.0, 2.0]:
            if x < value:
                break
            seen.append(value)
        return seen

    with pytest.raises(TypeError, match="A list is changed") as caught:
        kerax.function(gather)(jnp.asarray(x))
    assert any("seen.append(value)" in note for note in caught.value.__notes__)


def test_converted_code_needs_no_files(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("nothing can be written")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)

    def double_positive(x):
        if x > 0:
            return 2 * x
        return x

    known = len(sys.modules)
    for _ in range(3):  # the code is the same
        f = kerax.function(double_positive)
        assert [float(f(jnp.asarray(x))) for x in (3.0, -3.0)] == [6.0, -3.0]
    assert len(sys.modules) <= known + 1
    converted = conversion.convert(double_positive)
    assert converted is not double_positive and "ag__.if_stmt" in inspect.getsource(converted)


class Base:
    def __call__(self, x):
        if x > 0:
            return self.double(x)
        return x

    def double(self, x):
        return 2 * x


class Derived(Base):
    def double(self, x):
        y = super().double(x)
        if y > 3:
            y = y + 1
        return y


def passed_on(function):
    @functools.wraps(function)
    def call(*args):
        return function(*args)

    return call


@passed_on
def halved(x):
    if x > 1:
        x = x / 2
    return x


def test_inherited_calls_and_decorated_functions_are_converted():
    derived = Derived()
    assert float(kerax.function(lambda x: derived(x))(jnp.asarray(2.0))) == 5.0
    assert float(kerax.function(lambda x: halved(x))(jnp.asarray(4.0))) == 2.0
    spread = kerax.function(lambda x: jax.vmap(lambda row: row * 2)(x))  # a library's wrapper of a user's function
    assert spread(jnp.ones(2)).tolist() == [2.0, 2.0]


def test_dicts_keep_the_order_of_their_entries():
    @kerax.function
    def total(n):
        found = {"sum": 0, "product": 1}
        for i in range(n):
            found = {"sum": found["sum"] + i, "product": found["product"] * (i + 1)}
        if n > 2:
            found = {"z": found["sum"], "a": found["product"]}
        else:
            found = {"z": 0, "a": 0}
        return found

    assert list(total(jnp.asarray(3)).items()) == [("z", 3), ("a", 6)]


def test_what_only_one_branch_sets_and_branches_of_two_shapes():
    def half(x):
        if x > 0:
            y = x
        return y

    def shapes(x):
        if x > 0:
            y = jnp.zeros(2)
        else:
            y = jnp.zeros(3)
        return y

    with pytest.raises(ValueError, match="does not set it in its `else` branch"):
        kerax.function(half)(jnp.asarray(1.0))
    with pytest.raises(ValueError, match=r"'y' has shape \(2,\) in one case of `if` and \(3,\)") as caught:
        kerax.function(shapes)(jnp.asarray(1.0))
    assert any("if x > 0" in note for note in caught.value.__notes__)


def test_the_gradient_of_an_endless_loop_is_refused_in_words():
    @kerax.function
    def power(x, n):
        with kerax.GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in range(n):
                y = y * x
        return tape.gradient(y, x)

    with pytest.raises(ValueError, match="XLA does not know how often it runs"):
        power(jnp.asarray(2.0), jnp.asarray(3))
    assert float(power(jnp.asarray(2.0), 3)) == 32.0
