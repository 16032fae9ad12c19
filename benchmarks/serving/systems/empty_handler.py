"""A `grpc.aio` server whose handler does nothing: what the Python library alone makes of this machine.

Usage: python -m benchmarks.serving.systems.empty_handler PORT
"""

import asyncio
import sys
from collections.abc import Sequence

import grpc

from benchmarks.serving.systems.system import System


class EmptyHandler(System):
    """Takes the requests of Textgate, reads nothing of them, and answers with an empty message."""

    name = "empty grpc.aio handler"
    about = "the `grpc.aio` library with a handler that neither parses nor computes"
    path = "/textgate.v1.TextClassifier/Classify"
    scores_texts = False

    def command(self) -> Sequence[str]:
        """Return the command that serves on `self.port`."""
        return [sys.executable, "-m", "benchmarks.serving.systems.empty_handler", str(self.port)]

    def message(self, texts: Sequence[str]) -> bytes:
        """Return as many bytes as a request has."""
        return "".join(texts).encode()

    def scores(self, reply: bytes) -> None:
        """There are none."""


async def serve(port: int) -> None:
    """Answer every call of any method."""

    async def answer(request: bytes, context: object) -> bytes:
        return b""

    class Handlers(grpc.GenericRpcHandler):
        def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
            return grpc.unary_unary_rpc_method_handler(answer)

    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Handlers(),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
