"""The same networks in PyTorch, some epochs a round; several are trained one after the other."""

import time

import torch
from shared import options, read_mails, serve

ids, _, labels = (torch.from_numpy(array).long() for array in read_mails(options["folder"]))


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(10_000, 128)
        self.lstm = torch.nn.LSTM(128, 128, batch_first=True)
        self.dense = torch.nn.Linear(128, options["classes"])

    def forward(self, x):
        states, _ = self.lstm(self.embedding(x))
        return self.dense(states[:, -1])


def epoch(network, optimizer):
    total = 0.0
    for at in range(0, len(labels), 32):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(ids[at : at + 32]), labels[at : at + 32])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels[at : at + 32])
    return total / len(labels)


networks = [Network() for _ in range(options["networks"])]
pairs = [(network, torch.optim.Adam(network.parameters(), eps=1e-7, fused=True)) for network in networks]


def round(epochs=1):
    since = time.perf_counter()
    losses = [[epoch(*pair) for _ in range(epochs)] for pair in pairs]
    seconds = (time.perf_counter() - since) / epochs
    return {"seconds": seconds, "loss": losses[0][-1], "version": f"torch {torch.__version__}"}


serve(round)
