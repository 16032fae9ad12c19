"""The same network in PyTorch, `nn.LSTM` and Adam, trained as its guides show. Needs PyTorch and NumPy.

Usage: python torch_training.py, then a line of JSON for each pass: texts (file), batch. Each is answered by the seconds
that the pass took.
"""

import json
import math
import sys
import time

import numpy as np
import torch

VOCABULARY_SIZE, LABELS, UNITS, EMBEDDING_DIM = 20_000, 10, 128, 128


class BiLSTM(torch.nn.Module):
    """Embedding, nn.LSTM in both directions, maximum and mean over all tokens, logits."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCABULARY_SIZE, EMBEDDING_DIM, padding_idx=0)
        self.lstm = torch.nn.LSTM(EMBEDDING_DIM, UNITS, batch_first=True, bidirectional=True)
        self.logits = torch.nn.Linear(4 * UNITS, LABELS)

    def forward(self, token_ids: torch.Tensor) -> torch.Tensor:
        """Logits <float32>[batch, labels] of <int64>[batch, tokens] without padding."""
        states, _ = self.lstm(self.embedding(token_ids))
        return self.logits(torch.cat([states.max(dim=1).values, states.mean(dim=1)], dim=1))


def main() -> None:
    """Answer each line."""
    model = BiLSTM()
    optimizer = torch.optim.Adam(model.parameters())
    for line in sys.stdin:
        print(json.dumps(train_once(model, optimizer, **json.loads(line))), flush=True)


def train_once(model: BiLSTM, optimizer: torch.optim.Optimizer, texts: str, batch: int) -> float:
    """Train for one pass over the texts."""
    with np.load(texts) as arrays:
        token_ids, labels = (torch.from_numpy(arrays[name].astype(np.int64)) for name in ("token_ids", "labels"))
    started = time.perf_counter()
    for rows in torch.randperm(len(labels)).split(batch):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(token_ids[rows]), labels[rows])
        loss.backward()
        optimizer.step()
    assert math.isfinite(loss.item())
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
