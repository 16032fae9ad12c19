from dataclasses import replace

from tests.training.records import make_evaluation, make_record, without_test
from training.fitting.result import FitResult


def test_the_name_is_that_of_the_export() -> None:
    assert make_record().name == "news"


def test_figures_are_of_unseen_texts_only_where_there_is_a_test_part() -> None:
    assert make_record().has_test
    assert not without_test(make_record()).has_test


def test_the_network_loses_only_to_a_baseline_that_is_better() -> None:
    record = make_record()
    assert not record.network_loses
    assert replace(record, baseline=make_evaluation(accuracy=0.76)).network_loses
    assert not replace(record, baseline=make_evaluation(accuracy=0.75)).network_loses
    assert not replace(record, baseline=None).network_loses


def test_who_loses_is_decided_by_the_declared_metric() -> None:
    record = make_record(fit=FitResult("macro_f1", (), 0, "epochs"), baseline=make_evaluation(accuracy=0.99))
    assert not record.network_loses
