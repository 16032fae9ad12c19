"""The check with the tokenizer and vocabulary that training itself uses."""

from collections.abc import Collection, Iterable, Mapping

from training.checks.checking import check_corpora
from training.checks.report import CheckReport
from training.config import TrainingConfig
from training.corpus import ReadResult


def check_as_trained(parts: Mapping[str, ReadResult], config: TrainingConfig) -> CheckReport:
    """Check the parts (`train`, and perhaps `dev` and `test`, in this order) as training with `config` sees them."""
    from training.tokenizer import Tokenizer  # TensorFlow: not before it is needed
    from training.vocabulary import SPECIAL_TOKENS, Vocabulary

    def build_vocabulary(tokenised: Iterable[list[str]]) -> Collection[str]:
        vocabulary = Vocabulary.build(tokenised, config.vocabulary)
        return frozenset(vocabulary.tokens[len(SPECIAL_TOKENS) :])

    return check_corpora(parts, Tokenizer(config.tokenizer).tokenize_texts, build_vocabulary, config)
