"""The same network in Keras, a whole training a round: how long each epoch takes, and what it answers afterwards."""

import time

import keras
from shared import keras_network, options, read_mails, serve

ids, _, labels = read_mails(options["folder"])
unseen_ids, _, unseen_labels = read_mails(options["heldOut"])


class Watch(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seconds, self.accuracies = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.since = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.since)
        answers = self.model.predict(unseen_ids, batch_size=256, verbose=0).argmax(axis=1)
        self.accuracies.append(float((answers == unseen_labels).mean()))


def round(seed, epochs):
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    model, version = keras_network(options["classes"])
    watch = Watch()
    model.fit(ids, labels, batch_size=32, epochs=epochs, verbose=0, callbacks=[watch])
    return {"seconds": watch.seconds, "accuracies": watch.accuracies, "version": version}


serve(round)
