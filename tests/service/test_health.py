"""The standard health protocol, and reflection, over a real connection."""

import asyncio
from pathlib import Path

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest
from grpc_reflection.v1alpha.reflection_pb2_grpc import ServerReflectionStub

from service.health import health_of
from service.lifecycle import Phase
from service.servable import ModelLoadError, Servable
from service.types import ModelState, ModelStatus
from tests.service.fakes import FakeLoader, FakeServable, Gate
from tests.service.running import failure_of, listening, loader_of, make_repository, request, serving
from textgate.v1.model_service_pb2 import GetModelRequest, ListModelsRequest
from textgate.v1.model_service_pb2 import ModelStatus as StatusMessage

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


def half_broken(directory: Path) -> Servable:
    if "broken" in directory.parts:
        raise ModelLoadError("its digest is wrong")
    return FakeServable()


@pytest.mark.parametrize("name", ["", "textgate.v1.TextClassifier", "textgate.v1.ModelService", "fake"])
async def test_server_services_and_model_are_serving_once_loaded(name: str, tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        assert (await running.health.Check(HealthCheckRequest(service=name))).status == SERVING


async def test_unknown_name_is_not_found_by_check_and_service_unknown_by_watch(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        error = await failure_of(running.health.Check(HealthCheckRequest(service="nobody")))
        assert error.code() is grpc.StatusCode.NOT_FOUND
        watch = running.health.Watch(HealthCheckRequest(service="nobody"))
        assert (await watch.read()).status == HealthCheckResponse.SERVICE_UNKNOWN
        watch.cancel()


async def test_watch_sees_loading_serving_and_draining_and_then_ends(tmp_path: Path) -> None:
    async with listening(make_repository(tmp_path, "fake"), loader_of(FakeServable())) as running:
        watch = running.health.Watch(HealthCheckRequest())
        seen = [(await watch.read()).status]
        await running.service.load()
        seen.append((await watch.read()).status)
        drain = asyncio.create_task(running.service.drain())
        seen.append((await watch.read()).status)
        assert await watch.read() is grpc.aio.EOF
        await drain
    assert seen == [NOT_SERVING, SERVING, NOT_SERVING]


async def test_watch_sees_that_a_version_is_stuck_and_replaced(tmp_path: Path) -> None:
    stuck, loader = Gate(closed=True), FakeLoader({})
    loader.answers["fake/1"] = FakeServable(gate=stuck)
    settings = {"watchdog_seconds": 0.01, "stuck_seconds": 0.3}
    async with listening(make_repository(tmp_path, "fake"), loader, **settings) as running:
        await running.service.load()
        watch = running.health.Watch(HealthCheckRequest(service="fake"))
        seen = [(await watch.read()).status]
        loader.gate.close()
        loader.answers["fake/1"] = FakeServable()
        seen.append((await watch.read()).status)
        loader.gate.open()
        seen.append((await watch.read()).status)
        watch.cancel()
    stuck.open()
    assert seen == [SERVING, NOT_SERVING, SERVING]


async def test_broken_model_is_not_serving_and_listed_with_its_reason_while_the_good_one_serves(
    tmp_path: Path,
) -> None:
    async with listening(make_repository(tmp_path, "broken", "good"), half_broken) as running:
        await running.service.load()
        health = {
            name: (await running.health.Check(HealthCheckRequest(service=name))).status
            for name in ("", "broken", "good")
        }
        listed = (await running.models.ListModels(ListModelsRequest())).models
        assert (await running.classifier.Classify(request("2", model="good"))).model.version == 1
    assert health == {"": SERVING, "broken": NOT_SERVING, "good": SERVING}
    assert [(status.name, status.state) for status in listed] == [
        ("broken", StatusMessage.FAILED),
        ("good", StatusMessage.AVAILABLE),
    ]
    assert "its digest is wrong" in listed[0].reason


async def test_server_without_a_model_that_loads_stays_up_and_is_not_serving(tmp_path: Path) -> None:
    async with listening(make_repository(tmp_path, "broken"), half_broken) as running:
        await running.service.load()
        assert (await running.health.Check(HealthCheckRequest())).status == NOT_SERVING
        assert [status.name for status in (await running.models.ListModels(ListModelsRequest())).models] == ["broken"]


async def test_get_model_tells_state_and_description(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        reply = await running.models.GetModel(GetModelRequest())
    assert (reply.status.name, reply.status.version, reply.status.state) == ("fake", 1, StatusMessage.AVAILABLE)
    assert [label.name for label in reply.info.labels] == ["a", "b"]


async def test_reflection_lists_every_service(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        call = ServerReflectionStub(running.channel).ServerReflectionInfo(
            iter([ServerReflectionRequest(list_services="")])
        )
        names = {service.name for service in (await call.read()).list_services_response.service}
    assert names == {
        "textgate.v1.TextClassifier",
        "textgate.v1.ModelService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


async def test_open_reflection_and_watch_streams_do_not_hold_up_the_drain(tmp_path: Path) -> None:
    async with serving(tmp_path, drain_seconds=30.0) as running:
        reflection = ServerReflectionStub(running.channel).ServerReflectionInfo()
        await reflection.write(ServerReflectionRequest(list_services=""))
        await reflection.read()
        watch = running.health.Watch(HealthCheckRequest())
        await watch.read()
        await asyncio.wait_for(running.service.drain(), 3)


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("state", list(ModelState))
def test_a_model_serves_only_when_the_server_does_and_a_version_is_available(phase: Phase, state: ModelState) -> None:
    health = health_of(phase, [ModelStatus("m", 1, state), ModelStatus("m", 2, ModelState.FAILED)])
    expected = phase is Phase.SERVING and state is ModelState.AVAILABLE
    assert (health["m"], health[""]) == (expected, expected)
    assert health["textgate.v1.ModelService"] is (phase is Phase.SERVING)
