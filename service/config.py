"""The settings of the server: one frozen dataclass, from flags over `TEXTGATE_*` environment over defaults."""

import argparse
import difflib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, NoReturn, get_type_hints

from service.versioning.settings import (
    NEWEST,
    NO_LABELS,
    NO_SHADOWS,
    NO_SPLITS,
    Labels,
    Policies,
    Shadows,
    Splits,
    parse_all_labels,
    parse_policies,
    parse_shadows,
    parse_splits,
)

PREFIX = "TEXTGATE_"
# Read by the client and the health check of the same machine, so no mistake when the server sees them.
FOREIGN_VARIABLES = frozenset({"TEXTGATE_TARGET", "TEXTGATE_TOKEN", "TEXTGATE_CONTAINER_TOOL"})


class ConfigError(Exception):
    """A setting that cannot be used; the message names the flag, the variable and what is expected."""


def whole(low: int, high: int = 2**31 - 1) -> Callable[[str], int]:
    """Return a parser of whole numbers from `low` to `high`."""

    def parse(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def seconds(text: str) -> float:
    """Parse a duration in seconds, zero or more."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ValueError("a number of seconds, 0 or more")
    return value


def choice(*names: str) -> Callable[[str], str]:
    """Return a parser that takes one of the given words."""

    def parse(text: str) -> str:
        if text not in names:
            raise ValueError("one of " + ", ".join(names))
        return text

    return parse


def switch(text: str) -> bool:
    """Parse yes or no."""
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise ValueError("true or false")
    return words[text.lower()]


def address(text: str) -> str:
    """Parse a host name or address."""
    if not text or any(character.isspace() for character in text):
        raise ValueError("a host name or address")
    return text


def permissions(text: str) -> str:
    """Check permissions, in octal."""
    if not text or not set(text) <= set("01234567") or int(text, 8) > 0o777:
        raise ValueError("permissions in octal, such as 660")
    return text


def file(text: str) -> Path:
    """Parse the path of an existing file."""
    if not Path(text).is_file():
        raise ValueError("the path of an existing file")
    return Path(text)


@dataclass(frozen=True)
class Setting:
    """What makes a field of ServiceConfig a setting: how its text is parsed, and its line of `--help`."""

    parse: Callable[[str], Any]
    teach: str
    repeatable: bool = False  # the flag may be given several times; the variable has spaces between


@dataclass(frozen=True)
class ServiceConfig:
    """All settings of the server, parsed and checked."""

    repository: Annotated[Path, Setting(Path, "directory of models: <repository>/<model>/<version>/")]
    host: Annotated[str, Setting(address, "address to listen on; 0.0.0.0 or [::] for every interface")] = "127.0.0.1"
    port: Annotated[int, Setting(whole(0, 65535), "port to listen on; 0 takes a free one, which the log names")] = 8500
    unix_socket: Annotated[
        Path | None, Setting(Path, "also listen on a UNIX socket at this path; clients call unix:PATH; never with TLS")
    ] = None
    unix_socket_mode: Annotated[
        str,
        Setting(permissions, "permissions of that socket, in octal; 666 lets everybody connect"),
    ] = "600"
    max_message_bytes: Annotated[int, Setting(whole(1024), "longest request, in bytes")] = 16 * 2**20
    max_texts: Annotated[int, Setting(whole(1), "most texts in a call")] = 1024
    max_characters: Annotated[int, Setting(whole(1), "most characters in a text")] = 100_000
    max_in_flight: Annotated[int, Setting(whole(1), "most calls worked on at once; further ones are refused")] = 1000
    queue_texts: Annotated[int, Setting(whole(1), "most texts waiting for a model; further ones are refused")] = 4096
    queue_ms: Annotated[
        int, Setting(whole(0), "longest forecast wait for a model in milliseconds; longer ones are refused; 0 no bound")
    ] = 10_000
    max_wait_us: Annotated[
        int, Setting(whole(0, 10_000_000), "microseconds that a text may wait for others to share its forward pass")
    ] = 0
    batch_tokens: Annotated[int, Setting(whole(1), "most tokens in a forward pass, padding included")] = 8192
    cache_mb: Annotated[
        int, Setting(whole(0, 2**20), "megabytes for answers to texts that may be asked for again; 0 remembers none")
    ] = 0
    compile_seconds: Annotated[
        float,
        Setting(seconds, "compile each version for so long before it is served, and what is in demand later; 0 never"),
    ] = 1.0
    poll_seconds: Annotated[
        float, Setting(seconds, "look for new and removed versions every so many seconds; 0 at the start only")
    ] = 0.0
    versions: Annotated[
        Policies,
        Setting(
            parse_policies,
            "which versions to serve: latest, latest:N, all, or numbers such as 3,5; NAME=... for one model",
            repeatable=True,
        ),
    ] = NEWEST
    labels: Annotated[
        Labels,
        Setting(parse_all_labels, "names for versions, served too: NAME=stable:3,canary:4", repeatable=True),
    ] = NO_LABELS
    traffic: Annotated[
        Splits,
        Setting(parse_splits, "who answers calls that name no version: NAME=stable:90,canary:10", repeatable=True),
    ] = NO_SPLITS
    shadow: Annotated[
        Shadows,
        Setting(parse_shadows, "show a version a share of the calls, and compare: NAME=canary:0.1", repeatable=True),
    ] = NO_SHADOWS
    admin: Annotated[
        bool, Setting(switch, "allow calls that change which versions are served, to everybody who can reach the port")
    ] = False
    watchdog_seconds: Annotated[
        float, Setting(seconds, "try every version that is idle on a text every so many seconds; 0 never")
    ] = 10.0
    stuck_seconds: Annotated[
        float, Setting(seconds, "a version whose forward pass takes longer is taken for stuck, and loaded anew")
    ] = 30.0
    stream_window: Annotated[int, Setting(whole(1, 1024), "requests of one stream that are worked on at once")] = 8
    threads: Annotated[int, Setting(whole(0, 1024), "threads of a forward pass; 0 takes all processors but one")] = 0
    workers: Annotated[
        int,
        Setting(
            whole(1, 256), "serving processes on the port, supervised; each has all models, and some of the threads"
        ),
    ] = 1
    drain_seconds: Annotated[float, Setting(seconds, "longest wait for accepted calls on SIGTERM or SIGINT")] = 30.0
    max_connection_age_seconds: Annotated[
        int, Setting(whole(0), "ask clients to reconnect after so long, which spreads them over replicas; 0 never")
    ] = 0
    log_format: Annotated[
        str, Setting(choice("auto", "json", "human"), "json or human; auto is human on a terminal, else json")
    ] = "auto"
    log_level: Annotated[
        str, Setting(choice("debug", "info", "warning", "error"), "debug, info, warning or error: least that is logged")
    ] = "info"
    log_texts: Annotated[bool, Setting(switch, "log the texts of calls too: they may be private")] = False
    tls_certificate: Annotated[Path | None, Setting(file, "PEM file of the certificate chain; turns TLS on")] = None
    tls_key: Annotated[Path | None, Setting(file, "PEM file of the certificate's private key")] = None
    tls_client_ca: Annotated[Path | None, Setting(file, "PEM file of the authority that clients must be of")] = None

    def __post_init__(self) -> None:
        """Check what no single setting shows by itself."""
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ConfigError("--tls-certificate and --tls-key go together: give both or neither")
        if self.tls_client_ca is not None and self.tls_certificate is None:
            raise ConfigError("--tls-client-ca needs --tls-certificate and --tls-key")
        if self.workers > 1 and (self.admin or self.unix_socket is not None):
            raise ConfigError(
                "--workers above 1 goes neither with --admin, which changes one process only, nor with --unix-socket,"
                " on which one process only can listen"
            )
        if self.queue_texts < self.max_texts:
            raise ConfigError(
                f"--queue-texts {self.queue_texts} is less than --max-texts {self.max_texts}:"
                " a call of that many texts could never be accepted"
            )

    def loggable(self) -> dict[str, str | int | float | bool | None]:
        """Return the settings for the log. None is secret: keys are files, of which the path alone is kept here."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = (str, int, float, type(None))
        return {name: value if isinstance(value, plain) else str(value) for name, value in values.items()}


def flag_of(name: str) -> str:
    """Return the flag of a setting."""
    return "--" + name.replace("_", "-")


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + name.upper()


def settings() -> dict[str, Setting]:
    """Return every setting by the name of its field, in order."""
    hints = get_type_hints(ServiceConfig, include_extras=True)
    return {field.name: hints[field.name].__metadata__[0] for field in fields(ServiceConfig)}


def load_config(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> ServiceConfig:
    """Resolve the settings.

    Raises:
        ConfigError: a value is bad, the repository is not given, or a variable's name is close to a known one.
        SystemExit: `--help`.
    """
    _check_variables(environment)
    flags = vars(_parser().parse_args(arguments))
    values: dict[str, Any] = {}
    for name, setting in settings().items():
        # An empty variable counts as not set: compose files and charts cannot leave one out.
        flag = " ".join(flags[name]) if isinstance(flags[name], list) else flags[name]
        text = flag if flag is not None else environment.get(variable_of(name)) or None
        if text is not None:
            values[name] = _parse(name, setting, text)
    if "repository" not in values:
        raise ConfigError("no model repository: give --repository DIRECTORY or set TEXTGATE_REPOSITORY")
    return ServiceConfig(**values)


def unknown_variables(environment: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield each `TEXTGATE_*` variable that no setting has, with the nearest one that exists."""
    known = {variable_of(name) for name in settings()}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known | FOREIGN_VARIABLES:
            # Without the prefix, which alone makes any two of them look alike.
            nearest = difflib.get_close_matches(name.removeprefix(PREFIX).lower(), settings(), n=1, cutoff=0.75)
            yield name, variable_of(nearest[0]) if nearest else None


def _check_variables(environment: Mapping[str, str]) -> None:
    for name, nearest in unknown_variables(environment):
        if nearest is not None:
            raise ConfigError(f"the environment variable {name} is unknown; did you mean {nearest}?")


def _parse(name: str, setting: Setting, text: str) -> Any:
    try:
        return setting.parse(text)
    except ValueError as error:
        raise ConfigError(f"{flag_of(name)} (or {variable_of(name)}) must be {error}, not {text!r}") from None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message}; see --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m service",
        description="Serve every model of a repository over gRPC. (python -m service score --help: label a file.)",
        epilog=(
            "Each flag has an environment variable: TEXTGATE_ and its name, as in TEXTGATE_MAX_TEXTS=64; the flag wins."
            " SIGTERM or SIGINT drains: calls that were accepted are finished, new ones are refused; a second signal"
            " ends the server at once. Example: python -m service --repository models --port 8500"
        ),
        allow_abbrev=False,
    )
    defaults = {field.name: field.default for field in fields(ServiceConfig)}
    for name, setting in settings().items():
        default = "required" if name == "repository" else f"default {_shown(defaults[name])}"
        help_line = f"{setting.teach} ({default})"
        if setting.parse is switch:
            parser.add_argument(flag_of(name), nargs="?", const="true", metavar="BOOL", help=help_line)
        else:
            action = "append" if setting.repeatable else "store"
            parser.add_argument(flag_of(name), metavar=name.rpartition("_")[2].upper(), help=help_line, action=action)
    return parser


def _shown(default: object) -> str:
    shown = "" if default is None else str(default)
    return (shown.lower() if isinstance(default, bool) else shown) or "none"
