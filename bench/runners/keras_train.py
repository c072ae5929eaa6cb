"""The same networks in Keras, one epoch a round; several are trained one after the other."""

import time

from shared import keras_network, options, read_mails, serve

ids, _, labels = read_mails(options["folder"])
networks = [keras_network(options["classes"]) for _ in range(options["networks"])]


def round():
    since = time.perf_counter()
    histories = [
        model.fit(ids, labels, batch_size=32, epochs=1, shuffle=False, verbose=0).history for model, _ in networks
    ]
    return {"seconds": time.perf_counter() - since, "loss": histories[0]["loss"][0], "version": networks[0][1]}


serve(round)
