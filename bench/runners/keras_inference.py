"""Answers of the same network in Keras: by `predict`, or by a compiled function of batches that are padded alike."""

import time

import tensorflow as tf
from shared import keras_network, options, read_mails, serve

ids, lengths, _ = read_mails(options["folder"])
model, version = keras_network(options["classes"])
model.build(ids.shape)
signature = None if options["way"] == "xla" else [tf.TensorSpec([None, None], tf.int32)]
compiled = tf.function(
    lambda x: model(x, training=False), input_signature=signature, jit_compile=options["way"] == "xla"
)


def answer(start, end):
    batch = ids[start:end]
    if options["way"] == "predict":
        return model.predict(batch, batch_size=len(batch), verbose=0)
    if options["way"] == "longest":
        batch = batch[:, -lengths[start:end].max() :]
    return compiled(batch).numpy()


def round():
    seconds = {}
    for batch, count in options["counts"].items():
        since = time.perf_counter()
        for start in range(0, count, int(batch)):
            answer(start, start + int(batch))
        seconds[batch] = time.perf_counter() - since
    return {"seconds": seconds, "version": version}


serve(round)
