"""Python's control flow in tf.function, as AutoGraph converts it, and TensorFlow's own."""

# ruff: noqa: B007, E731, F841 - what programs leave unused is part of them

import collections
import contextlib
import functools

from tests.compat.programs import each


def statements(tf, np, folder):
    c, cases = tf.constant, {}

    def case(*args):
        def note(function):
            cases[function.__name__] = lambda: tf.function(function)(*args)
            return function

        return note

    @case(c(5))
    def nested_break(n):
        t = 0
        for i in tf.range(n):
            for j in tf.range(n):
                if j > i:
                    break
                if j == 2:
                    continue
                t += i * j
        return t

    @case(c(10))
    def while_else(n):
        i = 0
        while i < n:
            i += 3
        else:
            i = -i
        return i

    @case(c([1.0, 2.0, 3.0]))
    def over_dict(x):
        d = {"a": x, "b": x * 2}
        s = 0.0
        for k in d:
            s += tf.reduce_sum(d[k])
        for k, v in d.items():
            s += tf.reduce_sum(v) if k == "a" else 0.0
        return s

    @case(c([1, 2, 3]), c([4, 5, 6]))
    def over_zip(a, b):
        s = 0
        for x, y in zip([a[0], a[1]], [b[0], b[1]]):
            s += x * y
        return s

    @case(c([1, 2, 3]))
    def over_enum_list(a):
        s = 0
        for i, x in enumerate([a[0], a[1], a[2]]):
            s += i * x
        return s

    @case(c(4))
    def over_dataset(n):
        s = tf.constant(0, tf.int64)
        for x in tf.data.Dataset.range(5):
            s += x
        return s

    @case(c(4))
    def over_ta(n):
        ta = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
        for i in tf.range(n):
            ta = ta.write(i, i * i)
        s = 0
        for x in ta.stack():
            s += x
        return s, ta.stack()

    @case(c(4))
    def list_append(n):
        made = []
        for i in range(4):
            made.append(i * n)
        return tf.stack(made)

    @case(c(3), c(5))
    def chained(a, b):
        if 1 < a < b <= 5:
            return c(1)
        return c(0)

    @case(c(3.0))
    def ternary(x):
        return x * 2.0 if x > 2.0 else x - 1.0

    @case(c(3.0))
    def nested_ternary(x):
        return x * 2.0 if x > 5.0 else (x - 1.0 if x > 1.0 else x)

    @case(c(3.0))
    def lam(x):
        f = lambda y: y * 2.0 if y > 1.0 else y
        return f(x) + f(x - 3.0)

    @case(c([1.0, 2.0]))
    def comp(x):
        return tf.stack([v * 2.0 for v in tf.unstack(x)] + [sum([i for i in range(3)]) * 1.0])

    @case(c(3))
    def closure(n):
        k = n + 1

        def inner(y):
            if y > k:
                return y
            return k

        return inner(c(2)) + inner(c(9))

    @case(c(3))
    def nonloc(n):
        t = c(0)

        def add(v):
            nonlocal t
            t = t + v

        add(n)
        add(n)
        return t

    @case(c(3))
    def generator(n):
        def gen():
            for i in range(3):
                yield i * n

        return sum(gen())

    @case(c(3.0))
    def try_finally(x):
        try:
            y = x * 2
        finally:
            z = x + 1
        return y + z

    @case(c(3.0))
    def try_except(x):
        try:
            y = tf.reshape(x, [2, 2])
        except (ValueError, TypeError, tf.errors.InvalidArgumentError):
            y = x
        return y

    @case(c(3.0))
    def with_scope(x):
        with tf.name_scope("a"), contextlib.suppress(KeyError):
            if x > 1.0:
                x = x * 3.0
        return x

    @case(c(5))
    def recursion_py(n):
        def f(k):
            return n if k == 0 else f(k - 1) + 1

        return f(4)

    class M:
        def __init__(self):
            self.w = 2.0

        def base(self, x):
            return x * self.w

        def __call__(self, x):
            if x > 0.0:
                return self.base(x)
            return x

    class N(M):
        def base(self, x):
            y = super().base(x)
            if y > 3.0:
                y = y + 1.0
            return y

    @case(c(2.0))
    def method_super(x):
        return N()(x)

    def deco(f):
        @functools.wraps(f)
        def w(*a, **k):
            return f(*a, **k) + 1.0

        return w

    @deco
    def decorated(x):
        if x > 1.0:
            return x
        return -x

    @case(c(2.0))
    def use_decorated(x):
        return decorated(x)

    @case(c(2.0))
    def varargs(x):
        def f(*a, **k):
            s = 0.0
            for v in a:
                s += v
            for n, v in k.items():
                s += v * len(n)
            return s

        return f(x, x, ab=x, c=1.0)

    @case(c(2.0))
    def walrus(x):
        if (y := x * 2.0) > 3.0:
            return y
        return x

    @case(c(2.0))
    def match_py(x):
        k = {"a": 1, "b": [2, 3]}
        match k:
            case {"a": 1, "b": [p, q]}:
                return x * p + q
            case _:
                return x

    @case(c(3))
    def undefined_branch(n):
        if n > 1:
            y = n
        return y

    @case(c(0))
    def undefined_branch_else(n):
        if n > 1:
            y = n
            z = n
        else:
            y = n
        return y

    @case(c(3))
    def loop_var_after(n):
        for i in tf.range(n):
            pass
        return i

    @case(c(3))
    def loop_var_after2(n):
        i = -1
        for i in tf.range(n):
            pass
        return i

    @case(c(3))
    def tf_while(n):
        return tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s + i), [0, c(0)])

    @case(c(3))
    def tf_cond(n):
        return tf.cond(n > 2, lambda: n * 2, lambda: n)

    @case(c(1))
    def switch(n):
        return tf.switch_case(n, [lambda: c(1.0), lambda: c(2.0)], default=lambda: c(3.0))

    @case(c(7))
    def switch_default(n):
        return tf.switch_case(n, {0: lambda: c(1.0), 1: lambda: c(2.0)}, default=lambda: c(3.0))

    @case(c(1))
    def tfcase(n):
        return tf.case([(n > 5, lambda: c(1.0)), (n > 0, lambda: c(2.0))], default=lambda: c(3.0))

    @case(c(1))
    def tfcase_exclusive(n):
        return tf.case([(n > 5, lambda: c(1.0)), (n > 0, lambda: c(2.0))], default=lambda: c(3.0), exclusive=True)

    @case(c(3.0))
    def shapes_differ(x):
        if x > 1.0:
            y = tf.zeros([2])
        else:
            y = tf.zeros([3])
        return y

    @case(c([3, 1, 2]))
    def in_tensor(x):
        s = 0
        for v in x:
            if v in (1, 2):
                s += v
        return s

    @case(c(True), c(False))
    def boolops(a, b):
        return (a and not b) or (b and a)

    @case(c([1.0, 2.0, 3.0]))
    def unpack(x):
        a, b, d = tf.unstack(x)
        return a * b + d

    @case(c([1.0, 2.0, 3.0]))
    def slice_assign_ta(x):
        ta = tf.TensorArray(tf.float32, 3)
        for i in range(3):
            ta = ta.write(i, x[i] * 2.0)
        return ta.concat() if False else ta.stack()

    @case(c(3))
    def nt(n):
        P = collections.namedtuple("P", "a b")
        p = P(n, n * 2)
        for i in tf.range(n):
            p = P(p.a + i, p.b)
        return p.a + p.b

    @case(c(3))
    def dict_in_loop(n):
        d = {"s": c(0), "p": c(1)}
        for i in tf.range(1, n + 1):
            d = {"s": d["s"] + i, "p": d["p"] * i}
        return d

    @case(c(3))
    def dict_item_in_loop(n):
        d = {"s": c(0)}
        for i in tf.range(1, n + 1):
            d["s"] = d["s"] + i
        return d

    class Acc:
        pass

    @case(c(3))
    def attr_in_loop(n):
        a = Acc()
        a.s = c(0)
        for i in tf.range(n):
            a.s = a.s + i
        return a.s

    @case(c([[1, 2], [3, 4]]))
    def nested_rows(x):
        s = 0
        for r in x:
            for v in r:
                if v == 3:
                    continue
                s += v
        return s

    @case(c(3))
    def py_len_range(n):
        s = 0
        for i in range(n):
            s += i
        return s

    @case(c(3.0))
    def isinst(x):
        return c(1) if isinstance(x, tf.Tensor) and tf.is_tensor(x) else c(0)

    @case(c([1.0, -2.0]))
    def any_all(x):
        if tf.reduce_any(x < 0.0):
            return x * 2.0
        return x

    @case(c([1.0, -2.0]))
    def vector_cond(x):
        if x > 0.0:
            return x
        return -x

    @case(c(3))
    def loop_with_list_arg(n):
        made = [c(0), c(1)]
        for i in tf.range(n):
            made[0] = made[0] + i
            made[1] = made[1] * 2
        return made

    @case(c(3))
    def del_in(n):
        a = n
        del a
        b = n
        if n > 1:
            b = n * 2
        return b

    @case(c(3))
    def ret_multi(n):
        if n > 5:
            return n, n * 2
        return n * 2, n

    @case(c(3))
    def ret_none(n):
        if n > 5:
            return n

    @case(c(3))
    def raise_in_branch(n):
        if n > 5:
            raise ValueError("x")
        return n

    @case(c(3))
    def py_counter_in_tf_while(n):
        k = 0
        t = c(0)
        while t < n:
            t += 1
            k += 1
        return k

    @case(c([3.0, 4.0]))
    def mapfn(x):
        return tf.map_fn(lambda v: v * 2.0 if v > 3.0 else v, x)

    @case(c("abc"))
    def string_cond(s):
        if s == "abc":
            return c(1)
        return c(2)

    return each(cases)
