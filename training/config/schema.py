"""Every setting of a training run, with its default and what it is for. Nothing here is derived from data."""

from dataclasses import dataclass, field
from typing import Any, Literal


def setting(default: Any, help: str) -> Any:
    """Declare one setting: its default, and one line of help that `--help` and generated files show."""
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class DataConfig:
    """Where the labelled texts are and how they are written."""

    train: str = setting("", "file or folder of labelled texts to train on")
    dev: str = setting("", "labelled texts to choose by; split off train when empty")
    test: str = setting("", "labelled texts for the last look; never used to choose")
    format: Literal["auto", "csv", "tsv", "jsonl", "fasttext", "folder"] = setting(
        "auto", "how the texts are written; auto looks at name and content"
    )
    text_column: str = setting("text", "column or key of the text")
    label_column: str = setting("auto", "column or key of the label(s); auto: label, else labels")
    task: Literal["auto", "multi_class", "multi_label"] = setting("auto", "auto: multi_label when any row says so")
    label_separator: str = setting("", "splits one label cell into several, e.g. |")
    encoding: str = setting("utf-8", "character encoding of the files")
    on_bad_row: Literal["fail", "skip"] = setting("fail", "what to do with a row that cannot be read")
    dev_fraction: float = setting(0.1, "share of train that becomes dev when no dev file is given")
    split_seed: int = setting(0, "seed of that split")


@dataclass(frozen=True)
class TokenizerConfig:
    """How a text becomes tokens; the same graph does it in training and in serving."""

    mode: Literal["unicode", "char", "whitespace"] = setting(
        "unicode", "unicode: a Han character, a run of letters or digits, or a punctuation mark is a token"
    )
    lower_case: bool = setting(True, "Unicode lower case")
    fold_compatibility: bool = setting(True, "full-width and other compatibility forms become their plain ones")
    max_tokens: int = setting(256, "longer texts are cut here")


@dataclass(frozen=True)
class VocabularyConfig:
    """Which tokens of the train part get a row of their own."""

    max_size: int = setting(30_000, "rows at most, padding and unknown included")
    min_count: int = setting(2, "tokens that occur less often are unknown")


@dataclass(frozen=True)
class ModelConfig:
    """The network."""

    architecture: Literal[
        "elman",
        "bidirectional_elman",
        "jordan",
        "bidirectional_jordan",
        "lstm",
        "bidirectional_lstm",
        "gru",
        "bidirectional_gru",
        "transformer",
    ] = setting("bidirectional_lstm", "kind of network")
    encoding: Literal["embedding", "one_hot"] = setting("embedding", "how tokens enter the network")
    input_ngrams: int = setting(
        1, "tokens of the longest n-gram whose row is added to that of its last token; 2 helps with Chinese characters"
    )
    ngram_rows: int = setting(131_072, "rows that n-grams share by hashing; unused when input_ngrams is 1")
    embedding_dim: int = setting(128, "width of the embedding; unused with one_hot")
    vectors: str = setting("", "file of word vectors (fastText, GloVe, .gz too) that the embedding starts from")
    units: int = setting(128, "width of the recurrent state, per direction; width of a transformer")
    layers: int = setting(1, "recurrent layers, or blocks of a transformer")
    piece_tokens: int = setting(
        0, "recurrent: cut longer texts into pieces of so many tokens, run side by side, pooled together; 0: never"
    )
    pooling: Literal["max_mean", "max", "mean", "last", "attention"] = setting(
        "max_mean", "states of all tokens to one vector"
    )
    context_width: int = setting(128, "jordan: width of the output that is fed back")
    context_decay: float = setting(0.0, "jordan: share of the context that stays from one token to the next")
    context_activation: Literal["tanh", "sigmoid"] = setting("tanh", "jordan: what squashes the output")
    heads: int = setting(4, "transformer: attention heads; units must be a multiple")
    feed_forward_width: int = setting(
        256, "transformer: width between the two layers of a block's feed-forward network"
    )
    positions: Literal["sinusoidal", "learned", "none"] = setting(
        "sinusoidal", "transformer: how it is told the order of tokens"
    )
    max_positions: int = setting(512, "transformer, learned positions: tokens behind this one share its position")
    drop_mult: float = setting(1.0, "multiplies every dropout below")
    token_dropout: float = setting(0.1, "share of tokens whose input is dropped")
    input_dropout: float = setting(0.3, "variational dropout on the inputs of the first layer")
    layer_dropout: float = setting(0.2, "variational dropout between recurrent layers")
    recurrent_dropout: float = setting(0.0, "share of recurrent connections dropped, the same ones for a whole step")
    attention_dropout: float = setting(0.1, "transformer: share of attention weights dropped")
    residual_dropout: float = setting(0.2, "transformer: dropout on what attention and feed-forward network add")
    output_dropout: float = setting(0.5, "dropout before the logits")


@dataclass(frozen=True)
class FitConfig:
    """How the network is trained."""

    epochs: int = setting(0, "passes over train at most; 0: 12, or 20 for multi-label, whose rare labels learn slowly")
    batch_size: int = setting(64, "texts a step")
    learning_rate: float = setting(4e-3, "peak of the schedule")
    warmup_fraction: float = setting(0.05, "share of the steps that climb to the peak")
    final_rate_fraction: float = setting(0.01, "where the cosine decay ends, as a share of the peak")
    weight_decay: float = setting(1e-4, "decoupled (AdamW); biases and embeddings are left alone")
    clip_norm: float = setting(1.0, "largest global norm of the gradient")
    label_smoothing: float = setting(0.1, "multi-class only")
    class_weights: Literal["none", "balanced", "effective_number"] = setting(
        "none", "rare labels count more: for macro-F1, at some cost in accuracy; effective_number is the milder one"
    )
    effective_number_beta: float = setting(
        0.999, "effective_number: about 1 / (1 - beta) texts of a label are as good as any more"
    )
    focal_gamma: float = setting(0.0, "focal loss: texts that are known well count less, such as 2.0; 0: all alike")
    adversarial_epsilon: float = setting(
        0.0,
        "adversarial training: how far inputs move, as a share of their size, such as 0.2; a step takes twice as long",
    )
    ema_decay: float = setting(0.99, "moving average of the weights; it is what dev sees and what is kept")
    patience: int = setting(4, "epochs without a better dev metric before training stops")
    metric: Literal["auto", "accuracy", "macro_f1", "micro_f1"] = setting(
        "auto", "chooses the best weights: accuracy; macro_f1 when skewed; micro_f1 for multi-label"
    )
    seed: int = setting(0, "seed of weights, order and dropout")
    jit_compile: bool = setting(
        True, "compile the recurrences of training steps with XLA; seconds a shape, then faster"
    )


@dataclass(frozen=True)
class NgramConfig:
    """The n-gram branch: a linear model of n-grams beside the network; the logits of both are added."""

    enabled: bool = setting(True, "fit it, and let dev choose how much it counts")
    longest_token_ngram: int = setting(0, "tokens of the longest n-gram; 0: 2, or 3 for Chinese")
    longest_character_ngram: int = setting(0, "characters of the longest n-gram; 0: 5, or none for Chinese; 1: none")
    min_count: int = setting(2, "n-grams that fewer texts of train have are left out")
    max_ngrams: int = setting(300_000, "n-grams at most, half of them of tokens; the most frequent ones")
    regularization: float = setting(0.5, "C of the support vector machines: smaller fits train less closely")
    count_ratios: bool = setting(True, "scale n-grams by how much likelier a label makes them before fitting (NBSVM)")
    refit: bool = setting(True, "once dev has chosen all, fit it again on train and dev together")


@dataclass(frozen=True)
class BaselineConfig:
    """The TF-IDF linear model trained beside every network, on the same texts."""

    enabled: bool = setting(True, "train it")
    word_ngrams: int = setting(2, "longest word n-gram")
    char_ngrams: int = setting(5, "longest character n-gram (3 for Chinese)")


@dataclass(frozen=True)
class ExportConfig:
    """Where the exported version goes."""

    repository: str = setting("models", "model repository: <repository>/<name>/<version>/")
    name: str = setting("", "model name; the name of the training file when empty")
    version: int = setting(0, "version number; 0: one more than the highest there")
    projected_table_mb: int = setting(
        128, "recurrent, embedding: megabytes that scoring may be made faster with, by a table of projected embeddings"
    )


@dataclass(frozen=True)
class TrainingConfig:
    """The whole run."""

    data: DataConfig = field(default_factory=DataConfig)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    vocabulary: VocabularyConfig = field(default_factory=VocabularyConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    ngrams: NgramConfig = field(default_factory=NgramConfig)
    fit: FitConfig = field(default_factory=FitConfig)
    baseline: BaselineConfig = field(default_factory=BaselineConfig)
    export: ExportConfig = field(default_factory=ExportConfig)
