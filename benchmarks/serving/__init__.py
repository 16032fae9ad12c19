"""The serving benchmark: Textgate beside other model servers, in one run, on the same exported model."""
