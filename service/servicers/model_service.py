"""`textgate.v1.ModelService` over the core."""

from typing import Protocol

from service.interceptors.call import Context
from service.servicers.conversion import from_status, to_spec
from service.types import ModelSpec, ModelStatus
from textgate.v1.model_info_pb2 import ModelInfo
from textgate.v1.model_service_pb2 import GetModelRequest, GetModelResponse, ListModelsRequest, ListModelsResponse
from textgate.v1.model_service_pb2_grpc import ModelServiceServicer as Base


class Models(Protocol):
    """What the servicer needs of the core."""

    def list_models(self) -> list[ModelStatus]:
        """Every version that is known, broken ones included."""
        ...

    def get_model(self, spec: ModelSpec) -> tuple[ModelStatus, ModelInfo]:
        """State and description of a version in service; raises ServiceError."""
        ...


class ModelServiceServicer(Base):
    """Answers ListModels and GetModel."""

    def __init__(self, core: Models) -> None:
        self._core = core

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
        return GetModelResponse(status=from_status(status), info=info)
