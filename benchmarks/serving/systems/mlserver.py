"""MLServer: Seldon's server, in Python."""

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.serving.systems.peer import Peer
from benchmarks.serving.systems.system import free_port
from benchmarks.serving.systems.tensor_messages import MODEL


class MLServer(Peer):
    """MLServer with adaptive batching, in one process."""

    name = "MLServer"
    about = "mlserver 1.7.1, one process, batches of up to 64 within 2 ms"
    environment_name = "mlserver"

    def directory(self) -> Path:
        """Where the settings are."""
        return self.work / "mlserver"

    def command(self) -> Sequence[str]:
        """Write the settings, and return the command that serves on `self.port`."""
        self.directory().mkdir(exist_ok=True)
        server = {
            "host": "127.0.0.1",
            "grpc_port": self.port,
            "http_port": free_port(),
            "metrics_port": free_port(),
            "parallel_workers": 0,
        }
        model = {
            "name": MODEL,
            "implementation": "mlserver_runtime.Runtime",
            "max_batch_size": 64,
            "max_batch_time": 0.002,
        }
        (self.directory() / "settings.json").write_text(json.dumps(server))
        (self.directory() / "model-settings.json").write_text(json.dumps(model))
        return [str(self.python().with_name("mlserver")), "start", "."]
