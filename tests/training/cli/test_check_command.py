"""`check` on the command line: tables for people, JSON for programs, exit codes for scripts."""

import argparse
import json
import subprocess
import sys

import pytest

from training.cli import check
from training.cli.arguments import add_config_arguments, add_data_arguments, config_from_arguments
from training.errors import ConfigError, CorpusError


def run(*arguments):
    parser = argparse.ArgumentParser()
    check.add_parser(parser.add_subparsers())
    args = parser.parse_args(["check", *map(str, arguments)])
    return args.run(args)


@pytest.fixture
def train(tmp_path):
    path = tmp_path / "train.csv"
    rows = [f"{word} number {n},{word}" for n in range(12) for word in ("good", "bad")]
    path.write_text("\n".join(["text,label", *rows, ""]))
    return path


def test_clean_file_prints_tables_and_exits_0(train, capsys):
    assert run("--train", train) == 0
    out = capsys.readouterr().out
    assert "0 errors, 0 warnings" in out
    assert [line.split() for line in out.splitlines() if line.startswith(("bad", "good"))] == [
        ["bad", "12"],
        ["good", "12"],
    ]


def test_leak_is_a_warning_and_json_is_one_object(train, tmp_path, capsys):
    test = tmp_path / "test.jsonl"
    test.write_text('{"text": "Good number 1", "label": "good"}\n{"text": "bad 1", "label": "bad"}\n')
    assert run("--train", train, "--test", test, "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert [finding["code"] for finding in report["findings"]] == ["leakage"]
    assert report["findings"][0]["examples"] == [f"{test}:1 = {train}:4"]


def test_bad_row_is_reported_beside_all_other_findings(train, capsys):
    train.write_text(train.read_text() + "oops\n")
    assert run("--train", train) == 2
    assert f"{train}:26: 1 field, expected 2: text, label" in capsys.readouterr().out
    assert run("--train", train, "--on-bad-row", "skip") == 1


def test_file_without_rows_still_prints_its_tables(train, tmp_path, capsys):
    empty = tmp_path / "empty.csv"
    empty.write_text("text,label\n")
    assert run("--train", empty) == 2
    assert run("--train", train, "--test", empty) == 2
    assert "ERROR test: no row that can be used [no_rows]" in capsys.readouterr().out


def test_missing_train_or_column_is_an_error_with_the_flag(train):
    with pytest.raises(ConfigError, match="--train"):
        run()
    with pytest.raises(CorpusError, match="--text-column"):
        run("--train", train, "--text-column", "body")


def test_flags_win_over_the_file_and_set_wins_over_flags(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text('[data]\ntrain = "file.csv"\ntext_column = "body"\nencoding = "cp1252"\n')
    parser = argparse.ArgumentParser()
    add_data_arguments(parser)
    add_config_arguments(parser)
    flags = ["--config", str(file), "--train", "flag=.csv", "--text-column", "t", "--set", "data.text_column=s"]
    data = config_from_arguments(parser.parse_args(flags)).data
    assert (data.train, data.text_column, data.encoding) == ("flag=.csv", "s", "cp1252")


def test_help_needs_no_tensorflow():
    code = (
        "import argparse, sys; from training.cli import check\n"
        "check.add_parser(argparse.ArgumentParser().add_subparsers()).__class__\n"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'numpy', 'sklearn')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
