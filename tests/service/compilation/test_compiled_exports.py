"""Networks as they are really exported can be compiled, and score the same."""

import time

import pytest

from service.compilation.bucket_trial import try_executable
from service.compilation.buckets import Bucket, BucketGrid
from service.tensorflow_backend import load_saved_model
from tests.exports import MAX_TOKENS, Export


@pytest.mark.parametrize("bucket", [pytest.param(Bucket(1, 8), marks=pytest.mark.slow), Bucket(24, MAX_TOKENS)])
def test_compiled_scores_agree_with_the_plain_graph(exports: list[Export], bucket: Bucket) -> None:
    assert BucketGrid(MAX_TOKENS, 8192).cover(bucket.texts, bucket.tokens) == bucket
    for export in exports:
        servable = load_saved_model(export.directory)
        executable = servable.compile(bucket.texts, bucket.tokens)
        examples = servable.tokenize(servable.examples)
        trial = try_executable(executable, servable.score, bucket, examples, time.perf_counter)
        assert trial.agrees, (export.name, trial.difference)
        servable.close()
