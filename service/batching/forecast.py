"""What is to be expected of a queue: how long texts take to score, and when each text of a call is due."""

from collections.abc import Mapping

from service.batching.batch_queue import batch_room
from service.batching.cost_model import CostModel
from service.batching.pending_call import PendingCall
from service.types import Priority

GUESS = 1e-5
"""Seconds a padded token, for pacing the texts of a call that comes before the first forward pass: of usual size."""

PACE = 10
"""A call's texts are due as if they came one after another, each after ten times what the one before takes to score.

So a call of a thousand texts has at least a tenth of the processor, and all of it when nobody else calls; and up to ten
such calls at once do not delay a call of one text by more than the batch that is being scored (about).
"""


BULK_SECONDS = 5.0
"""So long after they came, texts of bulk calls are due: until then they are scored only where there is room."""


class Forecast:
    """Seconds, as far as they can be known.

    Args:
        cost: what forward passes take.
        max_batch_tokens: padded tokens of the largest batch.
    """

    def __init__(self, cost: CostModel, max_batch_tokens: int) -> None:
        self._cost = cost
        self._max_batch_tokens = max_batch_tokens

    def seconds(self, texts_by_width: Mapping[int, int], company: int = 0) -> float:
        """How long it takes to score so many texts of each width class, in batches as large as may be.

        The last batch of a width class may still grow until its turn comes: to `company` padded tokens, it is assumed.
        """
        return sum(self._seconds(width, texts, company) for width, texts in texts_by_width.items())

    def due_times(self, call: PendingCall, others: int = 0) -> list[float]:
        """When each text of a call is due: the first as it arrives, if it is the client's only call.

        Args:
            call: its texts are given times.
            others: calls of the same client that wait. The more there are, the later is each due, so that the texts
                of a client come at about the same pace whether it sends them in one call or in many.
        """
        due_at = call.submitted_at
        if call.caller.priority is Priority.BULK:
            due_at += BULK_SECONDS
        if call.size == 1 and not others:
            return [due_at]
        pace = PACE * (1 + others)
        patience = {width: pace * self._seconds_a_text(width) for width in set(call.widths)}
        due_at += patience[call.widths[0]] * others / (1 + others)
        due_times = []
        for width in call.widths:
            due_times.append(due_at)
            due_at += patience[width]
        return due_times

    def _seconds(self, width: int, texts: int, company: int) -> float:
        room = batch_room(width, self._max_batch_tokens)
        full, rest = divmod(texts, room)
        grown = max(rest, min(room, company // width)) if rest else 0
        return full * self._cost.seconds(room, width) + self._cost.seconds(grown, width)

    def _seconds_a_text(self, width: int) -> float:
        room = batch_room(width, self._max_batch_tokens)
        return self._cost.seconds(room, width) / room or GUESS * width
