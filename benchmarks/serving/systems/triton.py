"""Triton: NVIDIA's server, a C++ front with Python behind it."""

from collections.abc import Mapping, Sequence

from benchmarks.serving.peers import SCRIPTS
from benchmarks.serving.systems.peer import Peer
from benchmarks.serving.systems.system import free_port


class Triton(Peer):
    """Triton by the package nvidia-pytriton, with dynamic batching."""

    name = "Triton"
    about = "nvidia-pytriton 0.7.0, dynamic batching without added wait, batches of up to 64"
    environment_name = "triton"

    def environment(self) -> Mapping[str, str]:
        """Return variables to set for the process; the package unpacks the server into a folder of ours."""
        return {**super().environment(), "PYTRITON_HOME": str(self.environments.absolute() / "pytriton")}

    def command(self) -> Sequence[str]:
        """Return the command that serves on `self.port`."""
        ports = [str(port) for port in (self.port, free_port(), free_port())]
        return [str(self.python()), str(SCRIPTS / "triton_server.py"), *ports]
