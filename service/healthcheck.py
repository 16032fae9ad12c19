"""`python -m service.healthcheck [target]`: exit code 0 when the server says SERVING, for containers without curl."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Ask once, print the answer, return 0 for SERVING and 1 for anything else."""
    options = _parser(environment).parse_args(arguments)
    try:
        with _channel(options) as channel:
            request = HealthCheckRequest(service=options.service)
            reply = HealthStub(channel).Check(request, timeout=options.timeout)
    except grpc.RpcError as error:
        print(f"{options.target}: {error.code().name}: {error.details()}", file=sys.stderr)
        return 1
    print(HealthCheckResponse.ServingStatus.Name(reply.status))
    return 0 if reply.status == HealthCheckResponse.SERVING else 1


def _channel(options: argparse.Namespace) -> grpc.Channel:
    if options.ca is None:
        return grpc.insecure_channel(options.target)
    key = None if options.key is None else options.key.read_bytes()
    certificate = None if options.certificate is None else options.certificate.read_bytes()
    credentials = grpc.ssl_channel_credentials(options.ca.read_bytes(), key, certificate)
    name = [] if options.server_name is None else [("grpc.ssl_target_name_override", options.server_name)]
    return grpc.secure_channel(options.target, credentials, name)


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    port = environment.get("TEXTGATE_PORT") or "8500"
    parser = argparse.ArgumentParser(
        prog="python -m service.healthcheck", description="Ask a server for its health. Exit code 0: it is SERVING."
    )
    target = f"127.0.0.1:{port}"
    parser.add_argument("target", nargs="?", default=target, help="HOST:PORT (default %(default)s, by TEXTGATE_PORT)")
    parser.add_argument("--service", default="", help="a model's or service's name (default: the server as a whole)")
    parser.add_argument("--timeout", type=float, default=3.0, metavar="SECONDS", help="default %(default)s")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="PEM file of the server's authority; turns TLS on")
    parser.add_argument("--server-name", metavar="NAME", help="the name in the server's certificate, if not the host")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="PEM file of a client certificate")
    parser.add_argument("--key", type=Path, metavar="FILE", help="PEM file of that certificate's private key")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
