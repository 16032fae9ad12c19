"""The n-gram branch: a linear model of token and character n-grams whose logits are added to those of a network."""

from training.ngrams.branch import NgramBranch
from training.ngrams.fitting import fit_ngram_branch
from training.ngrams.pooling import choose_branch_weight, ngram_logits

__all__ = ["NgramBranch", "choose_branch_weight", "fit_ngram_branch", "ngram_logits"]
