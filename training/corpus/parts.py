"""The parts of one run: train, and dev and test where there are any, all with the task of train."""

from training.config import DataConfig
from training.corpus.reader import ReadResult, read_corpus
from training.errors import ConfigError


def read_parts(data: DataConfig) -> dict[str, ReadResult]:
    """Read the files that the settings name, by part: `train` first, then `dev` and `test` if given.

    Raises:
        ConfigError: there is no training file.
        CorpusError: as `read_corpus`.
    """
    if not data.train:
        raise ConfigError("no texts to train on: give a file or folder with --train (data.train)")
    train = read_corpus(data.train, data)
    others = {"dev": data.dev, "test": data.test}
    return {"train": train} | {
        part: read_corpus(path, data, train.corpus.task) for part, path in others.items() if path
    }
