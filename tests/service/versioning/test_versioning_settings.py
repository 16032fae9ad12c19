from collections.abc import Callable

import pytest

from service.versioning.per_model import PerModel
from service.versioning.policy import VersionPolicy
from service.versioning.settings import Versioning, parse_all_labels, parse_policies, parse_shadows, parse_splits


def test_policy_without_a_name_is_for_all_other_models() -> None:
    versioning = Versioning(parse_policies("topics=all latest:2"))
    assert versioning.policy("topics") == VersionPolicy(most=None)
    assert versioning.policy("reviews") == VersionPolicy(most=2)


def test_newest_version_is_served_where_nothing_is_set() -> None:
    assert Versioning().policy("topics") == VersionPolicy(most=1)
    assert Versioning(parse_policies("reviews=all")).policy("topics") == VersionPolicy(most=1)


def test_labels_are_those_of_their_model() -> None:
    labels = parse_all_labels("topics=stable:3,canary:4 reviews=stable:1")
    assert labels.of("topics") == {"stable": 3, "canary": 4}
    assert labels.of("reviews") == {"stable": 1}
    assert labels.of("others") is None


def test_setting_is_shown_as_it_was_spelled() -> None:
    assert str(parse_policies("topics=all latest:2")) == "topics=all latest:2"


def test_versions_that_traffic_is_sent_to_are_named_too() -> None:
    versioning = Versioning(splits=parse_splits("d=stable:1,4:1"), shadows=parse_shadows("e=5:1"))
    assert versioning.named() == ["d", "e"]
    assert [versioning.numbers(name) for name in "de"] == [{4}, {5}]


def test_models_and_versions_that_settings_name_are_known() -> None:
    versioning = Versioning(parse_policies("b=3,5 c=latest"), parse_all_labels("a=stable:1,canary:2 b=old:2"))
    assert versioning.named() == ["a", "b", "c"]
    assert [versioning.numbers(name) for name in "abcd"] == [{1, 2}, {2, 3, 5}, set(), set()]


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (parse_policies, "topics=newest", r"\[NAME=\]VALUE, where VALUE is latest"),
        (parse_policies, "=all", "NAME=VALUE"),
        (parse_policies, "topics=all topics=latest", "once"),
        (parse_all_labels, "stable:3", "NAME=VALUE for each model once, where VALUE is LABEL:VERSION"),
        (parse_all_labels, "topics=stable", "NAME=VALUE, where VALUE is LABEL:VERSION"),
        (parse_all_labels, "topics=stable:0", "LABEL:VERSION"),
        (parse_all_labels, "topics=3:3", "LABEL:VERSION"),
        (parse_all_labels, "topics=stable:3,stable:4", "LABEL:VERSION"),
    ],
)
def test_what_is_misspelled_is_refused_with_the_form(
    parse: Callable[[str], PerModel[object]], text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)
