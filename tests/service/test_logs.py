"""What the log says of calls: their line, their id, and never a text unless asked."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from service.logs import configure_logs
from tests.service.fakes import POISON
from tests.service.running import failure_of, request, serving


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root, service = logging.getLogger(), logging.getLogger("service")
    before = (root.handlers[:], root.level, service.level)
    yield stream
    root.handlers[:], root.level, service.level = before
    structlog.reset_defaults()


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_call_has_one_line_with_id_code_and_size_but_no_text(tmp_path: Path, log: io.StringIO) -> None:
    configure_logs("json", "info", log)
    async with serving(tmp_path) as running:
        await running.classifier.Classify(request("1", "private 77"), metadata=(("x-request-id", "abc"),))
    (line,) = [line for line in lines_of(log) if line["event"] == "call"]
    assert line["method"] == "/textgate.v1.TextClassifier/Classify"
    assert (line["request_id"], line["code"], line["model"], line["texts"]) == ("abc", "OK", "fake", 2)
    assert line["milliseconds"] >= 0
    assert "private" not in log.getvalue()


async def test_texts_are_logged_when_asked(tmp_path: Path, log: io.StringIO) -> None:
    configure_logs("json", "info", log)
    async with serving(tmp_path, log_texts=True) as running:
        await running.classifier.Classify(request("private 77"))
        async for _ in running.classifier.ClassifyStream(iter([request("of a stream")])):
            pass
    assert "private 77" in log.getvalue()
    assert "of a stream" in log.getvalue()


async def test_fault_is_logged_with_trace_error_id_and_request_id(tmp_path: Path, log: io.StringIO) -> None:
    configure_logs("json", "warning", log)
    async with serving(tmp_path) as running:
        error = await failure_of(running.classifier.Classify(request(str(POISON)), metadata=(("x-request-id", "abc"),)))
    (fault,) = [line for line in lines_of(log) if "fault of ours" in line["event"]]
    assert fault["event"].split()[-1] in error.details()
    assert fault["request_id"] == "abc"
    assert "poisoned" in fault["exception"]


@pytest.mark.parametrize("bad", ["", "new line\\n".replace("\\n", " "), "x" * 200, "ключ".encode().hex() + "!"])
async def test_request_id_unfit_for_logs_is_replaced(bad: str, tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        call = running.classifier.Classify(request("1"), metadata=(("x-request-id", bad),))
        await call
        trailers = dict(await call.trailing_metadata())
    assert trailers["x-request-id"] != bad
    assert len(trailers["x-request-id"]) == 32


async def test_successful_call_echoes_the_request_id(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        call = running.classifier.Classify(request("1"), metadata=(("x-request-id", "abc-1"),))
        await call
        assert dict(await call.trailing_metadata())["x-request-id"] == "abc-1"


def test_human_lines_are_no_json(log: io.StringIO) -> None:
    configure_logs("human", "info", log)
    structlog.get_logger().info("listening", port=8500)
    assert "listening" in log.getvalue()
    assert "port=8500" in log.getvalue()


def test_auto_is_json_where_there_is_no_terminal_and_level_holds(log: io.StringIO) -> None:
    configure_logs("auto", "warning", log)
    structlog.get_logger().info("dropped")
    logging.getLogger("service.models.manager").info("dropped too")
    logging.getLogger("service.models.manager").warning("kept %d", 1)
    (line,) = lines_of(log)
    assert (line["event"], line["level"], line["logger"]) == ("kept 1", "warning", "service.models.manager")


def test_what_the_library_says_of_clients_that_have_gone_is_left_out_and_nothing_else(log: io.StringIO) -> None:
    configure_logs("json", "info", log)
    library = logging.getLogger("grpc._cython.cygrpc")
    library.error("ExecuteBatchError raised in core by servicer method [/a/B]")
    library.error("Unexpected [ValueError] raised by servicer method [/a/B]")
    assert [line["event"] for line in lines_of(log)] == ["Unexpected [ValueError] raised by servicer method [/a/B]"]
