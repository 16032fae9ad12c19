"""Triton (from the package nvidia-pytriton) with dynamic batching around the exported version.

Usage: VERSION_DIRECTORY=DIR python triton_server.py GRPC_PORT HTTP_PORT METRICS_PORT
"""

import sys

import numpy as np
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig
from saved_model import LABELS, predict


@batch
def infer(text: np.ndarray) -> list[np.ndarray]:
    """Score <bytes>[batch, 1]."""
    return [predict([row[0] for row in text])]


def main() -> None:
    """Serve until killed."""
    grpc_port, http_port, metrics_port = map(int, sys.argv[1:])
    config = TritonConfig(
        grpc_address="127.0.0.1",
        grpc_port=grpc_port,
        http_address="127.0.0.1",
        http_port=http_port,
        metrics_port=metrics_port,
    )
    with Triton(config=config) as triton:
        triton.bind(
            "classifier",
            infer,
            inputs=[Tensor(name="text", dtype=np.bytes_, shape=(1,))],
            outputs=[Tensor(name="scores", dtype=np.float32, shape=(LABELS,))],
            config=ModelConfig(max_batch_size=64, batcher=DynamicBatcher(max_queue_delay_microseconds=0)),
        )
        triton.serve()


if __name__ == "__main__":
    main()
