"""Asks a Textgate server with nothing but grpcio and the .proto files: no stubs of ours, no client library.

Usage: python plain_client.py HOST:PORT TEXT...     (needs grpcio and grpcio-tools)
"""

import sys
from pathlib import Path

import grpc

PROTOS = Path(__file__).resolve().parents[2] / "protos"


def main(target: str, texts: list[str]) -> None:
    """Print the best label of each text."""
    sys.path.insert(0, str(PROTOS))  # grpcio-tools looks for .proto files where Python looks for modules
    messages, services = grpc.protos_and_services("textgate/v1/text_classifier.proto")
    with grpc.insecure_channel(target) as channel:
        request = messages.ClassifyRequest(texts=texts, top_k=1)
        response = services.TextClassifierStub(channel).Classify(request, timeout=10)
    for text, result in zip(texts, response.results, strict=True):
        best = result.labels[0]
        print(f"  {best.label:<14} {best.score:.3f}  {text}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
