"""The forward pass of the exported BiLSTM by PyTorch, with the same weights.

Usage: python torch_forward.py, then a line of JSON for each measurement: weights, token_ids and scores (files), seconds
"""

import json
import statistics
import sys
import time

import numpy as np
import torch


class BiLSTM(torch.nn.Module):
    """Embedding, nn.LSTM in both directions, maximum and mean over all tokens, softmax.

    Args:
        weights: arrays by name, as `benchmarks.serving.forward` writes them; gates stand in PyTorch's own order.
    """

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        super().__init__()
        units = weights["recurrent_kernel_0"].shape[0]
        self.embedding = torch.nn.Embedding.from_pretrained(torch.from_numpy(weights["table"]))
        self.lstm = torch.nn.LSTM(weights["table"].shape[1], units, batch_first=True, bidirectional=True)
        kernels, biases = np.split(weights["input_kernel"], 2, axis=1), np.split(weights["bias"], 2)
        with torch.no_grad():
            for direction, suffix in enumerate(("", "_reverse")):
                self._set(f"weight_ih_l0{suffix}", kernels[direction].T)
                self._set(f"weight_hh_l0{suffix}", weights[f"recurrent_kernel_{direction}"].T)
                self._set(f"bias_ih_l0{suffix}", biases[direction])
                self._set(f"bias_hh_l0{suffix}", np.zeros_like(biases[direction]))
        self.kernel = torch.from_numpy(weights["output_kernel"])
        self.bias = torch.from_numpy(weights["output_bias"])

    def forward(self, token_ids: torch.Tensor) -> torch.Tensor:
        """Scores <float32>[batch, labels] of <int64>[batch, tokens] without padding."""
        states, _ = self.lstm(self.embedding(token_ids))
        pooled = torch.cat([states.max(dim=1).values, states.mean(dim=1)], dim=1)
        return torch.softmax(pooled @ self.kernel + self.bias, dim=1)

    def _set(self, name: str, value: np.ndarray) -> None:
        getattr(self.lstm, name).copy_(torch.from_numpy(np.ascontiguousarray(value)))


def main() -> None:
    """Answer each line with the median milliseconds of a pass."""
    for line in sys.stdin:
        task = json.loads(line)
        model = BiLSTM(dict(np.load(task["weights"]))).eval()
        token_ids = torch.from_numpy(np.load(task["token_ids"]).astype(np.int64))
        seconds = []
        with torch.inference_mode():
            np.save(task["scores"], model(token_ids).numpy())
            while sum(seconds) < task["seconds"] or len(seconds) < 3:
                started = time.perf_counter()
                model(token_ids)
                seconds.append(time.perf_counter() - started)
        print(json.dumps(1000 * statistics.median(seconds)), flush=True)


if __name__ == "__main__":
    main()
