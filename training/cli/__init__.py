"""The verbs of `python -m training`: each module here is one verb, or what the verbs share."""
