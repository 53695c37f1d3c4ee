"""The area of a test file, from its path below keras/src."""

LAYER_DIRS = {
    "core",
    "convolutional",
    "pooling",
    "rnn",
    "attention",
    "normalization",
    "regularization",
    "reshaping",
    "merging",
    "activations",
    "preprocessing",
}


def area(path):
    p = path.split("::")[0].split("/")
    stem = p[-1][: -len("_test.py")]
    top = p[0]
    if top == "layers":
        if p[1] == "preprocessing" and len(p) > 3:
            return "layers/preprocessing_image"
        return "layers/" + (p[1] if p[1] in LAYER_DIRS else "base")
    if top == "optimizers":
        return "schedules" if "schedules" in p else "optimizers"
    if top == "models":
        return "models/" + stem
    if top == "trainers":
        return "trainers/data_adapters" if len(p) > 2 else "trainers/" + stem
    if top == "ops":
        return "ops/" + stem
    if top == "saving":
        return "saving"
    if top == "legacy":
        return "saving/legacy_h5"
    return top
