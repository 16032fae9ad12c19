"""`textgate.v1.ModelService` over the core, and over the administration where that is allowed."""

from typing import Protocol

from service.errors import PermissionDeniedError
from service.interceptors.call import LOGGED_NAME_CHARACTERS, Context, add_to_log
from service.servicers.conversion import from_status, to_spec, to_version
from service.servicers.traffic_conversion import from_traffic, to_traffic
from service.types import ModelSpec, ModelStatus, ShadowCounts
from service.versioning.traffic import Traffic
from textgate.v1.model_info_pb2 import ModelInfo
from textgate.v1.model_service_pb2 import (
    GetModelRequest,
    GetModelResponse,
    ListModelsRequest,
    ListModelsResponse,
    LoadModelRequest,
    LoadModelResponse,
    SetLabelRequest,
    SetLabelResponse,
    SetTrafficRequest,
    SetTrafficResponse,
    UnloadModelRequest,
    UnloadModelResponse,
)
from textgate.v1.model_service_pb2_grpc import ModelServiceServicer as Base


class Models(Protocol):
    """What the servicer needs of the core."""

    def list_models(self) -> list[ModelStatus]:
        """Every version that is known, broken ones included."""
        ...

    def get_model(self, spec: ModelSpec) -> tuple[ModelStatus, ModelInfo]:
        """State and description of a version in service; raises ServiceError."""
        ...

    def traffic(self, name: str) -> tuple[Traffic, ShadowCounts]:
        """Which versions of a model answer whom, and what came of copies."""
        ...


class Administration(Protocol):
    """What the servicer needs to change which versions are served. Methods return all versions of the model."""

    async def load(self, name: str, version: int | None) -> list[ModelStatus]:
        """Serve a version, or what the policy says; raises ServiceError."""
        ...

    async def unload(self, name: str, version: int | None) -> list[ModelStatus]:
        """Take a version, or the whole model, out of service; raises ServiceError."""
        ...

    def set_label(self, name: str, label: str, version: int | None) -> list[ModelStatus]:
        """Put a label on a version, or take it off; raises ServiceError."""
        ...

    def set_traffic(self, name: str, traffic: Traffic) -> None:
        """Say which versions answer whom; raises ServiceError."""
        ...


class ModelServiceServicer(Base):
    """Answers what is asked about models, and the calls that administer them.

    Args:
        core: knows the models.
        administration: changes what is served; None where nobody may.
    """

    def __init__(self, core: Models, administration: Administration | None = None) -> None:
        self._core = core
        self._administration = administration

    async def ListModels(  # noqa: N802
        self, request: ListModelsRequest, context: Context
    ) -> ListModelsResponse:
        """Every version that the server knows of."""
        return ListModelsResponse(models=map(from_status, self._core.list_models()))

    async def GetModel(  # noqa: N802
        self, request: GetModelRequest, context: Context
    ) -> GetModelResponse:
        """One version that is being served."""
        status, info = self._core.get_model(to_spec(request.model))
        traffic = from_traffic(*self._core.traffic(status.name))
        return GetModelResponse(status=from_status(status), info=info, traffic=traffic)

    async def LoadModel(  # noqa: N802
        self, request: LoadModelRequest, context: Context
    ) -> LoadModelResponse:
        """Serve a version, beside those that are served already."""
        _log(request)
        statuses = await self._admin.load(request.name, to_version(request.version))
        return LoadModelResponse(models=map(from_status, statuses))

    async def UnloadModel(  # noqa: N802
        self, request: UnloadModelRequest, context: Context
    ) -> UnloadModelResponse:
        """Take a version out of service."""
        _log(request)
        statuses = await self._admin.unload(request.name, to_version(request.version))
        return UnloadModelResponse(models=map(from_status, statuses))

    async def SetLabel(  # noqa: N802
        self, request: SetLabelRequest, context: Context
    ) -> SetLabelResponse:
        """Put a label on a version, or take it off."""
        _log(request)
        statuses = self._admin.set_label(request.name, request.label, to_version(request.version))
        return SetLabelResponse(models=map(from_status, statuses))

    async def SetTraffic(  # noqa: N802
        self, request: SetTrafficRequest, context: Context
    ) -> SetTrafficResponse:
        """Say which versions answer whom."""
        _log(request)
        self._admin.set_traffic(request.name, to_traffic(request.traffic))
        return SetTrafficResponse(traffic=from_traffic(*self._core.traffic(request.name)))

    @property
    def _admin(self) -> Administration:
        if self._administration is None:
            raise PermissionDeniedError("this server may not be administered by calls: start it with --admin")
        return self._administration


def _log(request: LoadModelRequest | UnloadModelRequest | SetLabelRequest | SetTrafficRequest) -> None:
    add_to_log(model=request.name[:LOGGED_NAME_CHARACTERS])
