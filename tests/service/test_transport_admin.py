"""The administrative calls over a real connection."""

from pathlib import Path
from typing import Any

import grpc
import pytest

from service.versioning.settings import parse_policies
from tests.service.fakes import FakeServable
from tests.service.running import BadRequest as BadRequestDetail
from tests.service.running import Running, detail_of, failure_of, listening, request
from textgate.v1.model_service_pb2 import (
    GetModelRequest,
    LoadModelRequest,
    ModelStatus,
    SetLabelRequest,
    SetTrafficRequest,
    ShadowTraffic,
    Traffic,
    TrafficShare,
    UnloadModelRequest,
)
from textgate.v1.model_spec_pb2 import ModelSpec


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for version in ("1", "2"):
        (tmp_path / "fake" / version).mkdir(parents=True)
    return tmp_path


def versions(response: Any) -> dict[int, list[str]]:
    assert all(status.state == ModelStatus.AVAILABLE for status in response.models)
    return {status.version: list(status.version_labels) for status in response.models}


def set_traffic(**fields: Any) -> SetTrafficRequest:
    return SetTrafficRequest(name="fake", traffic=Traffic(**fields))


async def answered_by(running: Running, label: str) -> int:
    message = request("1")
    message.model.version_label = label
    version: int = (await running.classifier.Classify(message)).model.version
    return version


async def test_version_is_loaded_labelled_asked_by_its_label_and_unloaded(repository: Path) -> None:
    async with listening(repository, lambda directory: FakeServable(), admin=True) as running:
        await running.service.load()
        models = running.models
        assert versions(await models.LoadModel(LoadModelRequest(name="fake", version=1))) == {1: [], 2: []}
        await models.SetLabel(SetLabelRequest(name="fake", label="stable", version=2))
        assert await answered_by(running, "stable") == 2
        moved = await models.SetLabel(SetLabelRequest(name="fake", label="stable", version=1))
        assert versions(moved) == {1: ["stable"], 2: []}
        assert await answered_by(running, "stable") == 1
        reply = await models.GetModel(GetModelRequest(model=ModelSpec(name="fake", version_label="stable")))
        assert list(reply.status.version_labels) == ["stable"]
        assert versions(await models.UnloadModel(UnloadModelRequest(name="fake", version=2))) == {1: ["stable"]}


async def test_traffic_is_split_by_routing_key_and_shown_with_its_shadow(repository: Path) -> None:
    async with listening(
        repository, lambda directory: FakeServable(), versions=parse_policies("all"), admin=True
    ) as running:
        await running.service.load()
        traffic = Traffic()
        traffic.split.add(version=1, weight=50)
        traffic.split.add(version=2, weight=50)
        traffic.shadow.version, traffic.shadow.share = 1, 1
        await running.models.SetTraffic(SetTrafficRequest(name="fake", traffic=traffic))
        answers = {}
        for key in "abcdefgh" * 2:
            message = request("1")
            message.model.routing_key = key
            version = (await running.classifier.Classify(message)).model.version
            assert answers.setdefault(key, version) == version
        assert set(answers.values()) == {1, 2}
        shown = (await running.models.GetModel(GetModelRequest())).traffic
        assert [(share.version, share.weight) for share in shown.split] == [(1, 50), (2, 50)]
        assert (shown.shadow.version, shown.shadow.share, shown.shadow.disagreeing_texts) == (1, 1, 0)
        assert 1 <= shown.shadow.compared_texts <= 2 * list(answers.values()).count(2)


async def test_server_is_not_administered_unless_it_was_started_so(repository: Path) -> None:
    async with listening(repository, lambda directory: FakeServable()) as running:
        await running.service.load()
        for call in (
            running.models.LoadModel(LoadModelRequest(name="fake")),
            running.models.UnloadModel(UnloadModelRequest(name="fake")),
            running.models.SetLabel(SetLabelRequest(name="fake", label="stable", version=2)),
            running.models.SetTraffic(SetTrafficRequest(name="fake")),
        ):
            error = await failure_of(call)
            assert error.code() is grpc.StatusCode.PERMISSION_DENIED
            assert "--admin" in error.details()


async def test_refusals_have_their_codes(repository: Path) -> None:
    async with listening(repository, lambda directory: FakeServable(), admin=True) as running:
        await running.service.load()
        models = running.models
        codes = [
            (await failure_of(call)).code()
            for call in (
                models.LoadModel(LoadModelRequest(name="fake", version=9)),
                models.UnloadModel(UnloadModelRequest(name="fake", version=9)),
                models.SetLabel(SetLabelRequest(name="fake", label="stable", version=1)),
            )
        ]
        assert codes == [
            grpc.StatusCode.NOT_FOUND,
            grpc.StatusCode.NOT_FOUND,
            grpc.StatusCode.FAILED_PRECONDITION,
        ]
        for bad, field in (
            (models.LoadModel(LoadModelRequest(name="fake", version=-1)), "version"),
            (models.SetLabel(SetLabelRequest(name="fake", label="3", version=2)), "label"),
            (models.SetTraffic(set_traffic(split=[TrafficShare(weight=1)])), "traffic.split[0]"),
            (models.SetTraffic(set_traffic(split=[TrafficShare(version=2)])), "traffic.split[0].weight"),
            (models.SetTraffic(set_traffic(split=[TrafficShare(version=2, weight=1)] * 2)), "traffic.split"),
            (models.SetTraffic(set_traffic(shadow=ShadowTraffic(version=2, share=2))), "traffic.shadow.share"),
        ):
            error = await failure_of(bad)
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert detail_of(error, BadRequestDetail).field_violations[0].field == field
