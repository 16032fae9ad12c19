"""The end of `evaluate` as text for people."""

from training.cli.result_text import labels_table, metrics_table
from training.evaluation import Evaluation
from training.export.exported_model import ExportedModel

_CONFUSIONS_SHOWN = 5


def evaluation_text(model: ExportedModel, evaluation: Evaluation) -> str:
    """Figures, labels, and the most frequent confusions."""
    name = f"{model.info.name} {model.info.version}"
    heading = f"{name} on {evaluation.part}: {evaluation.texts:,} texts"
    sections = [heading, metrics_table({name: evaluation}, model.task), labels_table(evaluation)]
    confusions = [
        f"  {confusion.expected} taken for {confusion.predicted}: {confusion.count:,}"
        for confusion in evaluation.top_confusions(_CONFUSIONS_SHOWN)
    ]
    if confusions:
        sections.append("\n".join(["most frequent confusions:", *confusions]))
    return "\n\n".join(sections)
