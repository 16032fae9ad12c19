"""What is run: sets with their files, models with their settings, and the order of runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.accuracy.models import FAMILIES, GROUPS, MODELS, Model, expand, network_name
from benchmarks.accuracy.runs import Run, changes, plan
from benchmarks.accuracy.sets import SETS
from training.config import ModelConfig, TrainingConfig, load_config
from training.presets import PRESETS, load_preset

TREC, SNIPS, IMDB, R8 = (SETS[name] for name in ("trec", "snips", "imdb", "r8"))


def config(name: str, key: str, seed: int = 0) -> TrainingConfig:
    return Run(SETS[name], MODELS[key], seed).config(Path("data"), Path("models"))


def settings(key: str, name: str = "trec") -> dict[str, object]:
    return Run(SETS[name], MODELS[key], 0).settings()


def test_there_are_ten_sets_whose_goals_lie_above_their_floors() -> None:
    assert len(SETS) == 10
    for data_set in SETS.values():
        assert all(0 < mark.floor < mark.goal < 100 for mark in data_set.marks.values())
        assert all(0 < percent < 100 for published in data_set.published for percent in published.percent)
        assert {published.metric for published in data_set.published} <= set(data_set.metrics)


@pytest.mark.parametrize("name", SETS)
def test_a_set_names_the_files_that_the_public_data_have(name: str) -> None:
    folder = Path(__file__).parents[4] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the public data sets are not here")
    files = SETS[name].files(folder)
    assert sorted(file.name for file in files.values()) == sorted(
        path.name for path in (folder / name).iterdir() if "_oos" not in path.name
    )


def test_dev_is_split_off_train_only_where_there_is_no_file_of_it() -> None:
    assert config("trec", "speed").data.dev == ""
    assert config("snips", "speed").data.dev == "data/snips/dev.jsonl"
    assert config("imdb", "speed").data.train == "data/imdb/train.jsonl.gz"


def test_each_network_alone_has_the_default_settings_but_for_kind_and_input() -> None:
    default = load_config()
    seen = set()
    for key in GROUPS["alone"]:
        own = config("trec", key)
        seen.add((own.model.architecture, own.model.encoding))
        assert not own.ngrams.enabled
        assert replace(own.model, architecture="lstm", encoding="embedding") == replace(
            default.model, architecture="lstm", encoding="embedding"
        )
        assert replace(own.fit, metric="auto") == default.fit
        assert (own.tokenizer, own.vocabulary) == (default.tokenizer, default.vocabulary)
    assert len(seen) == len(GROUPS["alone"]) == 2 * len(FAMILIES) == 14


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_run_with_its_own_settings_and_the_n_gram_branch(preset: str) -> None:
    own, written = config("trec", preset), load_config(None, (), load_preset(preset))
    assert (own.model, own.tokenizer, own.ngrams) == (written.model, written.tokenizer, written.ngrams)
    assert replace(own.fit, metric="auto") == written.fit
    assert own.ngrams.enabled


def test_dev_chooses_by_the_metric_that_the_set_is_judged_by() -> None:
    assert {name: config(name, "speed").fit.metric for name in ("r8", "reuters")} == {
        "r8": "accuracy",
        "reuters": "micro_f1",
    }


def test_every_architecture_has_a_name() -> None:
    assert network_name(ModelConfig(architecture="bidirectional_elman", encoding="one_hot"), ngrams=True) == (
        "Bi-RNN (Elman), one-hot, n-grams"
    )
    assert network_name(ModelConfig(architecture="bidirectional_jordan"), ngrams=False) == "Bi-RNN (Jordan), embedding"


def test_groups_stand_for_their_models_and_nothing_comes_twice() -> None:
    assert expand(["speed", "baselines", "linear"]) == ["linear", "fasttext", "speed"]
    assert expand(list(GROUPS)) == list(MODELS)


def test_all_have_one_seed_before_any_has_two_and_the_linear_model_has_one() -> None:
    runs = plan([TREC, SNIPS], [MODELS["linear"], MODELS["speed"]], 2)
    assert [str(run) for run in runs] == [
        "trec: linear, seed 0",
        "trec: speed, seed 0",
        "snips: linear, seed 0",
        "snips: speed, seed 0",
        "trec: speed, seed 1",
        "snips: speed, seed 1",
    ]


def test_settings_are_those_that_decide_what_is_trained() -> None:
    speed = settings("speed")
    assert speed["fit.epochs"] == 6
    assert "fit.seed" not in speed
    assert not any(path.startswith(("data.", "export.", "baseline.")) for path in speed)
    assert settings("linear") == {"baseline.word_ngrams": 2, "baseline.char_ngrams": 5}
    assert (settings("fasttext")["fasttext.epoch"], settings("fasttext", "imdb")["fasttext.epoch"]) == (25, 10)
    assert settings("fasttext")["fasttext.wordNgrams"] == 2


def test_another_seed_or_set_changes_no_setting_but_the_metric() -> None:
    one, other = Run(TREC, MODELS["speed"], 0).settings(), Run(R8, MODELS["speed"], 7).settings()
    assert one == other
    assert changes(one, settings("speed", "reuters")) == ["fit.metric was accuracy, is micro_f1"]


def test_a_setting_that_came_or_went_is_no_change() -> None:
    assert changes({"model.units": 128, "model.old": 1}, {"model.units": 128, "model.new": 2}) == []
    assert changes({"model.units": 128}, {"model.units": 64}) == ["model.units was 128, is 64"]


def test_settings_survive_json_so_that_kept_ones_can_be_compared() -> None:
    import json

    for model in MODELS.values():
        own = Run(TREC, model, 0).settings()
        assert json.loads(json.dumps(own)) == own


def test_a_model_says_whether_seeds_matter() -> None:
    assert [model.key for model in MODELS.values() if not model.seeded] == ["linear"]
    assert Model("x", "alone").seeded
