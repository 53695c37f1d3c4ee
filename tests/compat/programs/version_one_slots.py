"""Slots of TensorFlow 1's optimizers: variables of the graph, saved, restored and begun anew with the others."""

import base64
import zlib

# A checkpoint of `_five` after three steps, written by TensorFlow 2.15.1.
_FILES = {
    "index": (
        "c-muNVB=tvV&Y(A;O0(BElD(tFUT)XE#hDlV$fhQo$DK6#KO*Ngb-9<0Sa&Ql{vz|&6}Q+pOlyrUtE$}z`+TW;?UqQ-"
        "7wRWkAX?B%mApEMTm)mNkIT8%60CIEfcGtzGF&aE?hzaDB<?NCW@U&Fy0U@ssI$dsQAj6kx>vKr~wpwo4&K0iBnMDH$OKuucQ=Vj"
        "sZ}zq)>SYP=^s*&;lrUxIywV69?GV^rFNRxSRt}Zbee33{ZnHT+jn3`1f9aFGxd>Z*V|SegRxA04QhtsY#0q#ibEIQLW?qegTa!f"
        "eR)81+BbTib1}0D=Er>OJo2gZav<2n1NHU%mgfjWK;oA@<&SPIR+poWMp7q0x?pYPC0^TMi6n})4~l5jLhW>vzXyx?V5X8<}-"
        "7wVdiHb2*Q6ibgPuQ-v$71ZCsu"
    ),
    "data-00000-of-00001": (
        "c-qtYrf%=}tInR80RpUM8`}%4ySabe&F^-Cq0ReeWh>Z}Of|IK@wpa=|LzUiQRfh}<KKb9E*|z9Vju5k&{cBeyru8-"
        "QCQgC^6}>VX+Hbx_lh+;NZfm7D}F|H-)<je`@PrB?>}bA?6~Nktdp_oq=SDX&Nu-8{h2jy"
    ),
}


def _optimizers(tf):
    t = tf.compat.v1.train
    return {
        "descent": lambda: t.GradientDescentOptimizer(0.1),
        "momentum": lambda: t.MomentumOptimizer(0.1, 0.9),
        "nesterov": lambda: t.MomentumOptimizer(0.1, 0.5, use_nesterov=True),
        "adam": lambda: t.AdamOptimizer(0.1),
        "adagrad": lambda: t.AdagradOptimizer(0.1),
        "rms": lambda: t.RMSPropOptimizer(0.1),
        "rms momentum": lambda: t.RMSPropOptimizer(0.1, momentum=0.9, centered=True),
        "ftrl": lambda: t.FtrlOptimizer(0.1, l1_regularization_strength=0.01),
        "ftrl named": lambda: t.FtrlOptimizer(0.1, accum_name="sums", l2_shrinkage_regularization_strength=0.1),
        "adadelta": lambda: t.AdadeltaOptimizer(1.0),
        "proximal": lambda: t.ProximalAdagradOptimizer(0.1),
        "dual averaging": lambda: t.AdagradDAOptimizer(0.1, t.get_or_create_global_step()),
    }


def _model(tf, make, scope="layer"):
    v1 = tf.compat.v1
    step = v1.train.get_or_create_global_step()
    with v1.variable_scope(scope):
        w = v1.get_variable("w", initializer=tf.constant([[1.0, -2.0], [0.5, 3.0]]))
        b = v1.get_variable("b", initializer=0.25)
        v1.get_variable("unused", initializer=7.0)
    loss = tf.reduce_sum(tf.square(w * [[1.0, 2.0], [0.5, 1.0]] + b))
    optimizer = make()
    return w, b, optimizer, optimizer.minimize(loss, global_step=step)


def _one(tf, np, folder, name, make):
    v1 = tf.compat.v1
    path, found = str(folder / name.replace(" ", "_")), {}
    with tf.Graph().as_default():
        w, b, optimizer, train = _model(tf, make)
        slots = optimizer.get_slot_names()
        found["variables"] = [[v.name, v.shape.as_list(), v.dtype.name] for v in v1.global_variables()]
        found["trained"] = [v.name for v in v1.trainable_variables()]
        found["slots"] = [slots, [optimizer.get_slot(w, slot).name for slot in slots]]
        found["own"] = [v.name for v in optimizer.variables()]
        found["none"] = [optimizer.get_slot(w, "nothing"), optimizer.get_name()]
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            for _ in range(3):
                sess.run(train)
            path = v1.train.Saver().save(sess, path, global_step=v1.train.get_global_step())
            found["three"] = sess.run([w, b, *optimizer.variables()])
            for _ in range(3):
                sess.run(train)
            found["six"] = sess.run([w, b])
            sess.run(v1.global_variables_initializer())
            sess.run(train)
            found["anew"] = sess.run([w, b, *optimizer.variables()])
        found["file"] = [[one, list(shape)] for one, shape in tf.train.list_variables(path)]
    with tf.Graph().as_default():
        w, b, optimizer, train = _model(tf, make)
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            v1.train.Saver().restore(sess, path)
            for _ in range(3):
                sess.run(train)
            found["restored"] = sess.run([w, b, *optimizer.variables(), v1.train.get_global_step()])
    return found


def kept(tf, np, folder):
    return {name: _one(tf, np, folder, name, make) for name, make in _optimizers(tf).items() if name != "adam"}


def kept_by_adam(tf, np, folder):
    return _one(tf, np, folder, "adam", _optimizers(tf)["adam"])


def scopes(tf, np, folder):
    v1 = tf.compat.v1
    found = {}
    with tf.Graph().as_default():
        with v1.variable_scope("net"):
            w = v1.get_variable("w", initializer=[1.0, 2.0])
            b = v1.get_variable("b", initializer=1.0)
        loss = tf.reduce_sum(tf.square(w)) + b * b
        with v1.name_scope("training"), v1.variable_scope("one"):
            first = v1.train.AdamOptimizer(0.1)
            first.minimize(loss, var_list=[b])
            before = len(v1.global_variables())
            first.minimize(loss * 2.0, var_list=[w, b])
        second, third = v1.train.AdamOptimizer(0.1), v1.train.AdamOptimizer(0.1, name="Other")
        pairs = second.compute_gradients(loss)
        second.apply_gradients([(tf.clip_by_norm(g, 1.0), v) for g, v in pairs])
        third.minimize(loss)
        found["names"] = [v.name for v in v1.global_variables()]
        found["new"] = len(v1.global_variables()) - before
        found["scope"] = [v.name for v in v1.global_variables("net")]
        found["collection"] = [v.name for v in v1.get_collection(v1.GraphKeys.GLOBAL_VARIABLES, scope="training")]
        found["operations"] = [v.op.name for v in second.variables()]
        found["not built"] = [v1.train.AdamOptimizer().get_slot(w, "m"), v1.train.AdamOptimizer().get_slot_names()]
    return found


def savers(tf, np, folder):
    v1 = tf.compat.v1
    found = {}
    with tf.Graph().as_default():
        w = v1.get_variable("w", initializer=[1.0, 2.0])
        early = v1.train.Saver()
        late = v1.train.Saver(defer_build=True)
        train = v1.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(w * w))
        late.build()
        listed, named = v1.train.Saver(v1.trainable_variables()), v1.train.Saver({"other": w})
        extra = v1.get_variable("extra", initializer=1.0)
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            sess.run(train)
            for name, saver in {"early": early, "late": late, "listed": listed, "named": named}.items():
                path = saver.save(sess, str(folder / name))
                found[name] = [[one, list(shape)] for one, shape in tf.train.list_variables(path)]
            sess.run([train, v1.assign(extra, 5.0)])
            early.restore(sess, str(folder / "early"))
            found["restored"] = sess.run([w, extra])
            sess.run(train)
            found["its slot stayed"] = sess.run(w)
            try:
                v1.train.Saver().restore(sess, str(folder / "early"))
            except tf.errors.NotFoundError:
                found["slot missing"] = True
        twice = [tf.Variable(1.0), tf.Variable(2.0), tf.Variable(3.0, name="w")]
        found["unnamed"] = [v.name for v in twice]
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            path = v1.train.Saver(twice).save(sess, str(folder / "twice"))
            sess.run([v1.assign(v, 0.0) for v in twice])
            v1.train.Saver(twice).restore(sess, path)
            found["all kept"] = sess.run(twice)
    with tf.Graph().as_default():
        try:
            v1.train.Saver()
        except ValueError:
            found["nothing"] = "ValueError"
    return found


def layers_of_keras(tf, np, folder):
    v1 = tf.compat.v1
    found = {}
    for _ in range(2):
        with tf.Graph().as_default():
            x = v1.placeholder(tf.float32, [None, 2])
            h = tf.keras.layers.Dense(3, kernel_initializer="ones", name="first")(x)
            h = tf.keras.layers.BatchNormalization(name="norm")(h)
            h = v1.layers.dense(h, 1, kernel_initializer=v1.ones_initializer(), name="first")
            train = v1.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(h * h))
            with v1.Session() as sess:
                sess.run(v1.global_variables_initializer())
                fed = {x: [[1.0, 2.0], [0.5, -1.0]]}
                if found:
                    v1.train.Saver().restore(sess, str(folder / "keras"))
                for _ in range(2):
                    sess.run(train, fed)
                if not found:
                    v1.train.Saver().save(sess, str(folder / "keras"))
                    found["names"] = sorted(v.name for v in v1.global_variables())
                    found["saved"] = sess.run(h, fed)
                else:
                    found["restored"] = sess.run(h, fed)
                    sess.run(v1.global_variables_initializer())
                    found["anew"] = sess.run(h, fed)
    return found


def _five(tf):
    v1 = tf.compat.v1
    t = v1.train
    step = t.get_or_create_global_step()
    makers = [
        t.AdamOptimizer(0.1), t.MomentumOptimizer(0.1, 0.9), t.AdagradOptimizer(0.1), t.RMSPropOptimizer(0.1),
        t.FtrlOptimizer(0.1),
    ]  # fmt: skip
    trained = [v1.get_variable(f"v{n}", initializer=tf.constant([1.0, -2.0])) for n in range(len(makers))]
    steps = [one.minimize(tf.reduce_sum(v * v), var_list=[v]) for one, v in zip(makers, trained)]
    return [*steps, v1.assign_add(step, 1)]


def written_by_tensorflow(tf, np, folder):
    v1 = tf.compat.v1
    for end, text in _FILES.items():
        (folder / f"five.{end}").write_bytes(zlib.decompress(base64.b85decode(text)))
    with tf.Graph().as_default():
        steps = _five(tf)
        with v1.Session() as sess:
            v1.train.Saver().restore(sess, str(folder / "five"))
            found = {v.name: sess.run(v) for v in v1.global_variables()}
            for _ in range(3):
                sess.run(steps)
            return [found, {v.name: sess.run(v) for v in v1.global_variables()}]


def averages(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        step = v1.train.get_or_create_global_step()
        with v1.variable_scope("net"):
            w = v1.get_variable("w", initializer=[1.0, 2.0])
            b = v1.get_variable("b", initializer=1.0)
        loss = tf.add(tf.reduce_sum(w * w), b * b, name="loss")
        train = v1.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
        means = tf.train.ExponentialMovingAverage(0.9, num_updates=step)
        with v1.control_dependencies([train]):
            both = means.apply()
        loss_mean = tf.train.ExponentialMovingAverage(0.5, name="mean", zero_debias=True)
        follow = loss_mean.apply([loss])
        found = [
            [v.name for v in v1.global_variables()], [v.name for v in v1.moving_average_variables()],
            means.average(w).name, means.average_name(b), loss_mean.average_name(loss), means.average(step),
            sorted(means.variables_to_restore()), loss_mean.name,
        ]  # fmt: skip
        try:
            means.apply([w])
        except ValueError:
            found.append("again")
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            for _ in range(3):
                sess.run(both)
                sess.run(follow)
                found.append(sess.run([w, b, means.average(w), means.average(b), loss_mean.average(loss), step]))
            path = v1.train.Saver().save(sess, str(folder / "means"))
            v1.train.Saver(means.variables_to_restore()).restore(sess, path)
            found.append(sess.run([w, b]))
        return found
