"""What arithmetic says of the figures: how far they are from what the processors allow."""

import os
from collections.abc import Iterator, Sequence

from benchmarks.serving.statistics import Row
from benchmarks.serving.systems import EmptyHandler, Textgate

SINGLE = "single texts of thucnews, embedding BiLSTM"
LARGE_PASS = "forward pass of 32 × 256 tokens, embedding BiLSTM"
# Embedding 128, 128 units, four gates: two products of 128 × 512 a token and direction, two operations an element.
OPERATIONS_A_TOKEN = 2 * 2 * 2 * 128 * 512


def sentences(rows: Sequence[Row], processors: int = os.cpu_count() or 1) -> Iterator[str]:
    """Say what bounds the figures, as far as they were measured."""
    medians = {(row["workload"], row["system"], row["figure"]): row["median"] for row in rows}

    def median(*key: str) -> float | None:
        found: float | None = medians.get(key)
        return found

    rate = median(SINGLE, Textgate.name, "calls answered")
    server = median(SINGLE, Textgate.name, "processor time of the server a call")
    caller = median(SINGLE, Textgate.name, "processor time of the caller a call")
    empty = median(SINGLE, EmptyHandler.name, "processor time of the server a call")
    if rate and server and caller:
        limit = processors * 1000 / (server + caller)
        yield (
            f"A call of a single text costs {server:.3g} ms of processor time in Textgate and {caller:.3g} ms in its "
            f"caller: {processors} processors allow {limit:,.0f} calls a second at most, of which {rate:,.0f} "
            f"({100 * rate / limit:.0f} %) were answered."
        )
    if server and empty:
        yield (
            f"Of these {server:.3g} ms the gRPC library for Python alone takes {empty:.3g} ms, as the empty handler "
            f"shows; {server - empty:.3g} ms are left for reading the request, tokenizing, batching, the forward pass "
            "and the reply."
        )
    if passes := median(LARGE_PASS, Textgate.name, "passes"):
        operations = OPERATIONS_A_TOKEN * 32 * 256
        yield (
            f"The BiLSTM takes {operations / 1e9:.2g} billion operations for 32 × 256 tokens; "
            f"{passes:.3g} passes a second are {passes * operations / 1e9:.3g} billion a second."
        )
