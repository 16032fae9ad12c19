"""Reading the texts of a run for what they speak for, before the run."""

from training.config import TrainingConfig
from training.corpus import read_parts
from training.presets.advice import Advice, advise
from training.presets.portrait import Portrait
from training.quiet_start import load_tensorflow


def advise_on(config: TrainingConfig) -> Advice:
    """Look at the train part alone, tokenised as the settings say.

    Raises:
        ConfigError: no train file is given.
        CorpusError: it cannot be read.
    """
    train = read_parts(config.data)["train"].corpus
    load_tensorflow()
    from training.tokenizer import Tokenizer

    return advise(Portrait.of(train, Tokenizer(config.tokenizer).tokenize_texts))
