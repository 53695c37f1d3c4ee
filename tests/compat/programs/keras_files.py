"""Pictures and texts from files and generators, random changes of pictures, tokens, sequences fed by threads."""

from tests.compat.programs import each


def _pictures(tf, np, folder):
    for kind in ("a", "b"):
        (folder / "p" / kind).mkdir(parents=True, exist_ok=True)
        for number in range(2):
            picture = np.full((4, 4, 3), 60 * number + (100 if kind == "b" else 0), "uint8")
            tf.io.write_file(str(folder / "p" / kind / f"{number}.png"), tf.io.encode_png(picture))
    return str(folder / "p")


def pictures(tf, np, folder):
    image = tf.keras.preprocessing.image
    x = np.arange(48.0).reshape(1, 4, 4, 3)

    def flowing():
        made = image.ImageDataGenerator(rescale=0.5).flow(x, [1], 1, shuffle=False)
        batch = next(made)
        return [
            batch[0],
            batch[1],
            isinstance(made, image.NumpyArrayIterator),
            isinstance(made, image.Iterator),
            len(made),
        ]

    def directories():
        path = _pictures(tf, np, folder)
        made = image.ImageDataGenerator().flow_from_directory(path, (2, 2), batch_size=4, shuffle=False)
        batch = next(made)
        return [batch[0], batch[1], made.class_indices, made.samples, isinstance(made, image.DirectoryIterator)]

    def datasets():
        path = _pictures(tf, np, folder)
        made = tf.keras.preprocessing.image_dataset_from_directory(path, batch_size=4, image_size=(2, 2), shuffle=False)
        found, labels = next(iter(made))
        return [found, labels, made.class_names]

    def stored():
        image.save_img(str(folder / "s.png"), x[0], scale=False)
        loaded = tf.keras.utils.load_img(str(folder / "s.png"), target_size=(2, 2))
        gray = tf.keras.utils.load_img(str(folder / "s.png"), True)
        tf.keras.utils.save_img(str(folder / "t.png"), x[0] * 2, scale=False)
        return [tf.keras.utils.img_to_array(loaded), tf.keras.utils.img_to_array(gray),
                tf.keras.utils.img_to_array(image.load_img(str(folder / "t.png")))]  # fmt: skip

    generator = image.ImageDataGenerator(rotation_range=10)

    return each(
        {
            "flowing": flowing,
            "directories": directories,
            "datasets": datasets,
            "stored": stored,
            "apply_transform": lambda: generator.apply_transform(x[0], {"flip_horizontal": True}),
            "apply_transform shifted": lambda: generator.apply_transform(x[0], {"tx": 1, "ty": 0}),
            "get_random_transform": lambda: sorted(generator.get_random_transform((4, 4, 3), seed=1)),
            "random_transform": lambda: list(generator.random_transform(x[0], seed=1).shape),
            "apply_affine_transform": lambda: image.apply_affine_transform(
                x[0], theta=90, row_axis=0, col_axis=1, channel_axis=2
            ),  # fmt: skip
            "apply_affine_transform zoomed": lambda: image.apply_affine_transform(
                x[0], zx=0.5, zy=0.5, row_axis=0, col_axis=1, channel_axis=2, order=0
            ),
            "apply_brightness_shift": lambda: image.apply_brightness_shift(x[0], 0.5),
            "random_brightness": lambda: image.random_brightness(x[0], (0.5, 0.5)),
            "random_channel_shift": lambda: image.random_channel_shift(x[0], 0, channel_axis=2),
            "random_rotation": lambda: image.random_rotation(x[0], 0, 0, 1, 2),
            "random_shear": lambda: image.random_shear(x[0], 0, 0, 1, 2),
            "random_shift": lambda: image.random_shift(x[0], 0, 0, 0, 1, 2),
            "random_zoom": lambda: image.random_zoom(x[0], (1, 1), 0, 1, 2),
        }
    )


def tokens(tf, np, folder):
    def numbered():
        made = tf.keras.preprocessing.text.Tokenizer(num_words=5)
        made.fit_on_texts(["a b b c", "b c d"])
        made.fit_on_sequences([[1, 2], [2]])
        return [
            made.sequences_to_matrix([[1, 2, 2], [3]], "count"),
            made.sequences_to_matrix([[1, 2, 2], [3]], "tfidf"),
            list(made.sequences_to_texts_generator([[1, 2]])),
            list(made.texts_to_sequences_generator(["b a"])),
            made.document_count,
        ]

    return each({"numbered": numbered})


def fed(tf, np, folder):
    u = tf.keras.utils

    class Numbers(u.Sequence):
        def __init__(self):
            self.ends = 0

        def __len__(self):
            return 3

        def __getitem__(self, place):
            return np.full((2, 1), place, "float32"), np.zeros((2, 1), "float32")

        def on_epoch_end(self):
            self.ends += 1

    def ordered():
        feed = u.OrderedEnqueuer(Numbers(), shuffle=False)
        feed.start(workers=1, max_queue_size=2)
        made = feed.get()
        found = [next(made)[0][0, 0] for _ in range(4)]
        running = feed.is_running()
        feed.stop()
        return [[float(one) for one in found], running, feed.is_running(), isinstance(feed, u.SequenceEnqueuer)]

    def generated():
        feed = u.GeneratorEnqueuer(iter([1, 2, 3]))
        feed.start(workers=1)
        made = feed.get()
        found = [next(made) for _ in range(3)]
        feed.stop()
        return found

    def epochs():
        sequence = Numbers()
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(1,))])
        model.compile("sgd", "mse")
        model.fit(sequence, epochs=2, shuffle=False, verbose=0)
        return sequence.ends > 0

    def spaces():
        space = u.FeatureSpace({"n": "float", "c": u.FeatureSpace.string_categorical(num_oov_indices=0)}, "concat")
        space.adapt(tf.data.Dataset.from_tensor_slices({"n": [1.0, 2.0], "c": ["x", "y"]}))
        return space({"n": tf.constant([3.0]), "c": tf.constant(["y"])})

    def sources():
        inputs = tf.keras.Input((2,), name="i")
        outputs = tf.keras.layers.Dense(1)(tf.keras.layers.Dense(2)(inputs))
        return [one.name for one in u.get_source_inputs(outputs)]

    def sounds():
        (folder / "w" / "a").mkdir(parents=True)
        wave = tf.audio.encode_wav(tf.constant([[0.0], [0.5], [-0.5]]), 8000)
        tf.io.write_file(str(folder / "w" / "a" / "x.wav"), wave)
        made = u.audio_dataset_from_directory(str(folder / "w"), batch_size=1, output_sequence_length=3)
        return list(next(iter(made)))

    def created():
        made = u.experimental.DatasetCreator(lambda context: tf.data.Dataset.range(context.num_input_pipelines + 1))
        return list(made(tf.distribute.InputContext()))

    def timed():
        seen = []

        class Ticking(u.TimedThread):
            def on_interval(self):
                seen.append(1)

        thread = Ticking(0.01)
        thread.start()
        import time

        time.sleep(0.2)
        running = thread.is_alive()
        thread.stop()
        return [len(seen) > 1, running]

    return each(
        {
            "ordered": ordered,
            "generated": generated,
            "epochs": epochs,
            "spaces": spaces,
            "sources": sources,
            "sounds": sounds,
            "created": created,
            "timed": timed,
        }
    )
