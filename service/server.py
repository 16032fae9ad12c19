"""Puts the server together: services, interceptor, options, port. What runs when is in `service.run`."""

from typing import Any

import grpc
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from grpc_reflection.v1alpha import reflection

from service import unix_socket
from service.accept_loops import AcceptLoops
from service.config import ServiceConfig
from service.core import ServerCore
from service.health import CLASSIFIER, MODEL_SERVICE, HealthServicer
from service.interceptors.access_log import AccessLog
from service.interceptors.admission import accepted_calls
from service.interceptors.chain import CallInterceptor
from service.lifecycle import Lifecycle
from service.logs import LEVELS
from service.servicers.model_service import Administration, ModelServiceServicer
from service.servicers.text_classifier import TextClassifierServicer
from textgate.v1.model_service_pb2_grpc import add_ModelServiceServicer_to_server
from textgate.v1.text_classifier_pb2 import ClassifyRequest, ClassifyResponse
from textgate.v1.text_classifier_pb2_grpc import add_TextClassifierServicer_to_server

CLASSIFY = f"/{CLASSIFIER}/Classify"


class AddressError(Exception):
    """The server cannot listen where it should."""


class Server:
    """All services on one port, and on a UNIX socket if there is to be one.

    Args:
        config: the settings.
        core: answers.
        administration: of the models, for callers that may.
        lifecycle: admits calls.
        health: its service.
        shares_port: whether others may listen on the port too.
    """

    def __init__(
        self,
        config: ServiceConfig,
        core: ServerCore,
        administration: Administration,
        lifecycle: Lifecycle,
        health: HealthServicer,
        shares_port: bool = False,
    ) -> None:
        self._config = config
        access_log = AccessLog(LEVELS[config.log_level])
        admit = accepted_calls(lifecycle, {CLASSIFY: core.check_arrival})
        interceptor = CallInterceptor(admit, [access_log], lifecycle.draining)
        self._server = grpc.aio.server(interceptors=[interceptor], options=server_options(config, shares_port))
        classifier = TextClassifierServicer(core, config.stream_window, config.log_texts)
        add_TextClassifierServicer_to_server(classifier, self._server)
        models = ModelServiceServicer(core, administration if config.admin else None)
        add_ModelServiceServicer_to_server(models, self._server)
        add_HealthServicer_to_server(health, self._server)
        health_name = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
        services = (CLASSIFIER, MODEL_SERVICE, health_name, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(services, self._server)
        handler = interceptor.wrap(CLASSIFY, _classify_handler(classifier))
        self._accept_loops = AcceptLoops(self._server, CLASSIFY, handler)

    def listen(self) -> int:
        """Bind the port, and the UNIX socket if there is to be one; return the port.

        The socket has no TLS: nobody listens in on it, and its mode says who may connect.

        Raises:
            AddressError: an address is taken, or not of this machine.
        """
        port = _listen_on_port(self._server, self._config)
        if self._config.unix_socket is not None:
            try:
                mode = int(self._config.unix_socket_mode, 8)
                unix_socket.bind(self._config.unix_socket, mode, self._server.add_insecure_port)
            except (RuntimeError, OSError, unix_socket.SocketInUseError) as error:
                raise AddressError(f"cannot listen on unix:{self._config.unix_socket}: {error}") from error
        return port

    async def start(self) -> None:
        """Take calls."""
        await self._server.start()
        self._accept_loops.start()

    async def stop(self, grace_seconds: float) -> None:
        """Tell the clients at once, and return when the calls in progress have ended, cut off after the grace."""
        await self._server.stop(grace_seconds)
        if self._config.unix_socket is not None:
            unix_socket.remove(self._config.unix_socket)


def _classify_handler(classifier: TextClassifierServicer) -> "grpc.RpcMethodHandler[Any, Any]":
    return grpc.unary_unary_rpc_method_handler(
        classifier.Classify,
        request_deserializer=ClassifyRequest.FromString,
        response_serializer=ClassifyResponse.SerializeToString,
    )


def server_options(config: ServiceConfig, shares_port: bool = False) -> list[tuple[str, int]]:
    """Return the options of the gRPC library."""
    options = [
        ("grpc.max_receive_message_length", config.max_message_bytes),
        # Answers may be longer than requests: many labels for each short text. The limit on texts bounds them.
        ("grpc.max_send_message_length", -1),
        # Unless a supervisor wants it so, a second server on the port is an error, not a silent share of the calls.
        ("grpc.so_reuseport", int(shares_port)),
        # Find clients that vanished, and let idle ones keep their connection open through a proxy.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
    ]
    if config.max_connection_age_seconds:
        options.append(("grpc.max_connection_age_ms", config.max_connection_age_seconds * 1000))
        options.append(("grpc.max_connection_age_grace_ms", round(config.drain_seconds * 1000)))
    return options


def _listen_on_port(server: grpc.aio.Server, config: ServiceConfig) -> int:
    host = config.host if config.host.startswith("[") or ":" not in config.host else f"[{config.host}]"
    address = f"{host}:{config.port}"
    try:
        credentials = _credentials(config)
        if credentials is None:
            return server.add_insecure_port(address)
        return server.add_secure_port(address, credentials)
    except (RuntimeError, ValueError) as error:
        raise AddressError(f"cannot listen on {address}: is it taken by another process? Try another --port") from error


def _credentials(config: ServiceConfig) -> grpc.ServerCredentials | None:
    if config.tls_certificate is None or config.tls_key is None:
        return None
    pair = (config.tls_key.read_bytes(), config.tls_certificate.read_bytes())
    client_ca = None if config.tls_client_ca is None else config.tls_client_ca.read_bytes()
    return grpc.ssl_server_credentials([pair], client_ca, require_client_auth=client_ca is not None)
