"""A runtime of MLServer around the exported version."""

from mlserver import MLModel, types
from mlserver.codecs import NumpyCodec, StringCodec


class Runtime(MLModel):
    """Takes one tensor of texts, gives one of scores."""

    async def load(self) -> bool:
        """Open the version."""
        from saved_model import predict

        self._predict = predict
        return True

    async def predict(self, payload: types.InferenceRequest) -> types.InferenceResponse:
        """Score the texts of a request, which MLServer may have put together from several."""
        texts = StringCodec.decode_input(payload.inputs[0])
        output = NumpyCodec.encode_output("scores", self._predict([text.encode() for text in texts]))
        return types.InferenceResponse(model_name=self.name, outputs=[output])
