"""What the contenders in Python have in common: what they are told, the mails, and the loop in which they are asked."""

import json
import sys
from pathlib import Path

import numpy as np

options = json.loads(sys.argv[1])


def read_mails(folder):
    """What `bench/texts.mjs` wrote: ids [mails, length], the length of each, and its label."""
    read = lambda name: np.fromfile(Path(folder) / f"{name}.i32", dtype=np.int32)
    labels = read("labels")
    return read("ids").reshape(len(labels), -1), read("lengths"), labels


def keras_network(classes):
    import keras

    model = keras.Sequential(
        [
            keras.layers.Embedding(10_000, 128),
            keras.layers.LSTM(128),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model, f"keras {keras.__version__}"


def serve(round):
    """Does `round` for each line of stdin; it returns what is answered."""
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(round(**json.loads(line))), flush=True)
