"""What the commands do: ask, and print what comes."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict

from textgate import Classification, Client, ModelStatus, ServingStatus, Shadow, Traffic
from textgate.cli import rendering
from textgate.cli.lines import read_lines

TOGETHER = 32


def classify(client: Client, options: Namespace) -> bool:
    """Classify the texts of the command line, or those of standard input as they come."""
    model = {name: getattr(options, name) for name in ("model", "version", "version_label", "routing_key")}
    limits = {name: getattr(options, name) for name in ("top_k", "min_score", "on_too_long", "priority")}
    if options.texts and options.texts != ["-"]:
        _print(_classification(client.classify(options.texts, **model, **limits), options))
        return True
    batch_size = options.batch_size or (1 if sys.stdin.isatty() else TOGETHER)
    lines = read_lines(sys.stdin.fileno())
    stream = client.classify_stream(lines, batch_size=batch_size, timeout=options.timeout, **model, **limits)
    with closing(stream):
        for answer in stream:
            _print(_classification(answer, options))
    return True


def models(client: Client, options: Namespace) -> bool:
    """List all models, or describe one."""
    if options.model:
        model = client.model(options.model, version=options.version, version_label=options.version_label)
        _print([rendering.model_json(model)] if options.json else rendering.model_lines(model))
    else:
        _print_statuses(client.models(), options)
    return True


def health(client: Client, options: Namespace) -> bool:
    """Print how the server or a model fares; whether it is serving."""
    status = client.health(options.service)
    answer = {"service": options.service, "status": status.value}
    _print([rendering.as_json(answer) if options.json else status.value])
    return status is ServingStatus.SERVING


def admin(client: Client, options: Namespace) -> bool:
    """Change which versions of a model are served, and list them."""
    if options.action == "load":
        statuses = client.load_model(options.model, version=options.version, timeout=options.timeout)
    elif options.action == "unload":
        statuses = client.unload_model(options.model, version=options.version, timeout=options.timeout)
    elif options.action == "traffic":
        shadow = None if options.shadow is None else Shadow(*options.shadow)
        traffic = client.set_traffic(options.model, Traffic(dict(options.split), shadow), timeout=options.timeout)
        _print([rendering.as_json(asdict(traffic))] if options.json else rendering.traffic_lines(traffic))
        return True
    else:
        statuses = client.set_label(options.model, options.label, options.version, timeout=options.timeout)
    _print_statuses(statuses, options)
    return True


COMMANDS = {"classify": classify, "models": models, "health": health, "admin": admin}


def _print_statuses(statuses: Sequence[ModelStatus], options: Namespace) -> None:
    _print(rendering.models_json(statuses) if options.json else rendering.models_lines(statuses))


def _classification(answer: Classification, options: Namespace) -> Iterable[str]:
    if options.json:
        return rendering.classification_json(answer)
    only_predicted = options.top_k == 0 and options.min_score == 0
    return rendering.classification_lines(answer, only_predicted=only_predicted)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
    sys.stdout.flush()
