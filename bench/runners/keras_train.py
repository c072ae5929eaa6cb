"""The same networks in Keras, some epochs a round; several are trained one after the other."""

import time

from shared import keras_network, options, read_mails, serve

ids, _, labels = read_mails(options["folder"])
networks = [keras_network(options["classes"]) for _ in range(options["networks"])]


def round(epochs=1):
    since = time.perf_counter()
    histories = [
        model.fit(ids, labels, batch_size=32, epochs=epochs, shuffle=False, verbose=0).history for model, _ in networks
    ]
    seconds = (time.perf_counter() - since) / epochs
    return {"seconds": seconds, "loss": histories[0]["loss"][-1], "version": networks[0][1]}


serve(round)
