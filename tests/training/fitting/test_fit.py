from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest

from training.config import FitConfig, ModelConfig
from training.errors import CorpusError, FitError
from training.examples import Task
from training.fitting import FitResult, fit, predict_logits
from training.input_pipeline import EncodedCorpus, EncodedTexts
from training.networks import TextClassifier, build_model
from training.progress import SilentProgress

Item = TypeVar("Item")
TINY = ModelConfig(units=4, embedding_dim=4)
FIT = FitConfig(epochs=3, batch_size=8, learning_rate=0.02, seed=1, jit_compile=False)


def make_corpus(count: int = 40, seed: int = 0, multi_label: bool = False) -> EncodedCorpus:
    """Texts of random tokens: token 2 + label says the label(s)."""
    generator = np.random.default_rng(seed)
    targets = np.eye(3, dtype=np.float32)[generator.integers(0, 3, count)]
    if multi_label:
        targets = generator.integers(0, 2, (count, 3)).astype(np.float32)
    texts = [
        generator.permutation([*(2 + np.flatnonzero(target)), *generator.integers(5, 12, generator.integers(0, 6))])
        for target in targets
    ]
    widths = np.array([len(text) for text in texts])
    row_splits = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
    token_ids = np.concatenate(texts).astype(np.int32)
    return EncodedCorpus(EncodedTexts(token_ids, row_splits, widths.astype(np.int32)), targets)


def make_model(config: ModelConfig = TINY) -> TextClassifier:
    return build_model(config, vocabulary_size=12, label_count=3, seed=2)


def run(config: FitConfig = FIT, model: TextClassifier | None = None, **changes: object) -> FitResult:
    arguments = {"train": make_corpus(), "dev": make_corpus(20, seed=1), "task": Task.MULTI_CLASS, **changes}
    return fit(model or make_model(), config=config, **arguments)


@pytest.mark.parametrize(("encoding", "multi_label"), [("embedding", False), ("one_hot", True)])
def test_fitting_learns_what_the_texts_say(encoding: str, multi_label: bool) -> None:
    model = make_model(replace(TINY, encoding=encoding, token_dropout=0.0, input_dropout=0.0, output_dropout=0.1))
    result = fit(
        model,
        make_corpus(160, multi_label=multi_label),
        make_corpus(30, seed=1, multi_label=multi_label),
        replace(FIT, epochs=12, patience=12, learning_rate=0.05, ema_decay=0.8),
        Task.MULTI_LABEL if multi_label else Task.MULTI_CLASS,
    )
    assert result.metric == ("micro_f1" if multi_label else "accuracy")
    assert result.best is not None
    assert result.best.dev_metrics[result.metric] > 0.9


def test_same_seed_gives_the_same_weights_and_another_gives_others() -> None:
    first, second, other = make_model(), make_model(), make_model()
    histories = [run(model=first).history, run(model=second).history]
    run(replace(FIT, seed=9), model=other)
    assert [record.train_loss for record in histories[0]] == [record.train_loss for record in histories[1]]
    for one, two in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert any(np.any(one != two) for one, two in zip(first.get_weights(), other.get_weights(), strict=True))


def test_the_network_ends_with_the_weights_of_the_best_epoch() -> None:
    model, dev = make_model(), make_corpus(20, seed=1)
    result = run(replace(FIT, epochs=6, patience=6), model=model, dev=dev)
    accuracies = [record.dev_metrics["accuracy"] for record in result.history]
    assert result.best is not None
    assert result.best.dev_metrics["accuracy"] == max(accuracies)
    right = predict_logits(model, dev.texts).argmax(axis=1) == dev.targets.argmax(axis=1)
    assert right.mean() == pytest.approx(max(accuracies))


def test_patience_ends_training_when_dev_no_longer_improves() -> None:
    result = run(replace(FIT, epochs=9, patience=2, learning_rate=1e-12, warmup_fraction=0.0))
    assert result.stopped_by == "patience"
    assert len(result.history) == result.best_epoch + 2


class InterruptedProgress(SilentProgress):
    """Presses Ctrl-C at the second step of an epoch."""

    def __init__(self, epoch: int) -> None:
        self.messages: list[str] = []
        self._left = epoch

    def track(self, items: Iterable[Item], total: int, description: str) -> Iterator[Item]:
        self._left -= 1
        for index, item in enumerate(items):
            if self._left == 0 and index == 1:
                raise KeyboardInterrupt
            yield item

    def message(self, text: str) -> None:
        self.messages.append(text)


def test_ctrl_c_keeps_the_best_so_far_and_says_so() -> None:
    model, other = make_model(), make_model()
    progress = InterruptedProgress(epoch=2)
    result = run(model=model, progress=progress)
    assert (result.stopped_by, result.best_epoch, len(result.history)) == ("interrupt", 1, 1)
    assert progress.messages[-1] == "stopped by Ctrl-C: keeping the weights of epoch 1"
    run(replace(FIT, patience=1), model=other, progress=InterruptedProgress(epoch=2))
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_ctrl_c_in_the_first_epoch_keeps_what_there_is() -> None:
    model = make_model()
    before = model.get_weights()
    progress = InterruptedProgress(epoch=1)
    result = run(model=model, progress=progress)
    assert (result.stopped_by, result.best_epoch, result.best) == ("interrupt", 0, None)
    assert "unfinished first epoch" in progress.messages[-1]
    assert any(np.any(one != two) for one, two in zip(before, model.get_weights(), strict=True))


def test_a_loss_that_is_no_number_is_reported_with_a_remedy() -> None:
    model = make_model()
    model.output_layer.kernel.assign(np.full(model.output_layer.kernel.shape, np.nan))
    with pytest.raises(FitError, match=r"the loss became nan in epoch 1: lower fit\.learning_rate"):
        run(model=model)


def test_an_empty_dev_part_is_refused() -> None:
    empty = EncodedCorpus(
        EncodedTexts(np.empty(0, np.int32), np.zeros(1, np.int64), np.empty(0, np.int32)), np.empty((0, 3), np.float32)
    )
    with pytest.raises(CorpusError, match="the dev part has no texts"):
        run(dev=empty)


def test_a_text_without_tokens_can_be_trained_on_and_scored() -> None:
    widths = np.array([0, 1], np.int32)
    corpus = EncodedCorpus(
        EncodedTexts(np.array([3], np.int32), np.array([0, 0, 1], np.int64), widths), np.eye(3, dtype=np.float32)[:2]
    )
    model = make_model()
    assert np.isfinite(run(model=model, train=corpus, dev=corpus).history[-1].train_loss)
    assert np.isfinite(predict_logits(model, corpus.texts)).all()


def test_logits_come_in_the_order_of_the_texts_whatever_the_batch_size() -> None:
    model, corpus = make_model(), make_corpus(30)
    alone = predict_logits(model, corpus.texts, batch_size=1)
    np.testing.assert_allclose(predict_logits(model, corpus.texts, batch_size=7), alone, atol=1e-6)
    first = corpus.texts.token_ids[: corpus.texts.row_splits[1]]
    np.testing.assert_allclose(model(first[np.newaxis]).numpy()[0], alone[0], atol=1e-6)


def test_no_texts_have_no_logits() -> None:
    empty = EncodedTexts(np.empty(0, np.int32), np.zeros(1, np.int64), np.empty(0, np.int32))
    assert predict_logits(make_model(), empty).shape == (0, 3)
