"""All files of the report of a run."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from training.record import RunRecord
from training.report.metrics_json import metrics_json
from training.report.view import report_view


def build_report(record: RunRecord) -> dict[str, str]:
    """File name to text: report.html, MODEL_CARD.md and metrics.json."""
    view = report_view(record)
    environment = _environment()
    return {
        "report.html": environment.get_template("report.html").render(view),
        "MODEL_CARD.md": environment.get_template("MODEL_CARD.md").render(view),
        "metrics.json": metrics_json(record),
    }


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _markdown_cell
    return environment


def _markdown_cell(text: str) -> str:
    """Text that cannot break out of a cell of a Markdown table, nor become markup."""
    escaped = "".join(f"\\{character}" if character in "\\`*_{}[]<>#|!&~" else character for character in text)
    return " ".join(escaped.split())
