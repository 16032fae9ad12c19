"""Calls of 64 texts each, from 8 callers: texts scored a second, beside the engine without gRPC."""

from benchmarks.serving.in_process import InProcess
from benchmarks.serving.stage import Stage, Values
from benchmarks.serving.statistics import Row

TEXTS = 64


def measure(stage: Stage, name: str = "thucnews") -> list[Row]:
    """Measure every system that scores, and the engine in process, on the texts of a set."""
    requests = stage.requests(name, TEXTS)
    rates: Values = {system.name: [] for system in stage.scoring_systems} | {InProcess.name: []}
    scale = stage.scale
    with InProcess(stage.version.parent.parent) as engine:
        for system in stage.by_turns(stage.scoring_systems):
            rates[system.name].append(TEXTS * stage.closed_loop(system, requests, streams=1).calls_per_second)
            if system is stage.scoring_systems[0]:
                warm_up = scale.warm_up if rates[InProcess.name] else scale.settling
                rate = engine.texts_per_second(requests.texts, scale.connections, warm_up, scale.seconds)
                rates[InProcess.name].append(rate)
    return stage.rows(f"{TEXTS} texts of {name} a call", "texts scored", "1/s", rates)
