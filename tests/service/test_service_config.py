"""Flags over environment over defaults, and errors that name flag, variable and remedy."""

from pathlib import Path

import pytest

from service.config import ConfigError, ServiceConfig, load_config, settings, unknown_variables
from service.limits import BatchingConfig, CompilationConfig, Limits

REPOSITORY = ["--repository", "models"]


def test_defaults_need_nothing_but_the_repository() -> None:
    assert load_config(REPOSITORY, {}) == ServiceConfig(repository=Path("models"))


def test_defaults_are_those_of_the_engine() -> None:
    config = ServiceConfig(repository=Path("models"))
    assert Limits(config.max_texts, config.max_characters, config.max_in_flight) == Limits()
    batching = BatchingConfig(config.queue_texts, config.batch_tokens, config.max_wait_us, config.queue_ms / 1000)
    assert batching == BatchingConfig()
    assert CompilationConfig(config.compile_seconds) == CompilationConfig()


def test_flag_wins_over_variable_and_variable_over_default() -> None:
    environment = {"TEXTGATE_PORT": "1000", "TEXTGATE_HOST": "0.0.0.0"}
    config = load_config([*REPOSITORY, "--port", "2000"], environment)
    assert (config.port, config.host, config.max_texts) == (2000, "0.0.0.0", 1024)


def test_every_setting_can_come_from_flag_and_variable(tmp_path: Path) -> None:
    pem = tmp_path / "x.pem"
    pem.touch()
    texts = {
        "repository": "elsewhere", "host": "::1", "port": "0", "unix_socket": "/run/x.sock", "unix_socket_mode": "660",
        "max_message_bytes": "2048", "max_texts": "2",
        "max_characters": "3", "max_in_flight": "4", "queue_texts": "5", "queue_ms": "70",
        "max_wait_us": "80", "batch_tokens": "6", "cache_mb": "90", "compile_seconds": "6.5",
        "poll_seconds": "6.75", "watchdog_seconds": "6.8", "stuck_seconds": "6.9",
        "versions": "latest:2 topics=all", "labels": "topics=stable:3", "admin": "true",
        "traffic": "topics=stable:90,canary:10", "shadow": "topics=canary:0.1",
        "stream_window": "7", "threads": "8", "workers": "1", "drain_seconds": "9.5",
        "max_connection_age_seconds": "10",
        "log_format": "json", "log_level": "debug", "log_texts": "true", "tls_certificate": str(pem),
        "tls_key": str(pem), "tls_client_ca": str(pem),
    }  # fmt: skip
    assert texts.keys() == settings().keys()
    by_flag = load_config([f"--{name.replace('_', '-')}={text}" for name, text in texts.items()], {})
    by_variable = load_config([], {f"TEXTGATE_{name.upper()}": text for name, text in texts.items()})
    assert by_flag == by_variable
    assert {name: str(value) for name, value in vars(by_flag).items()} == {
        **texts,
        "log_texts": "True",
        "admin": "True",
    }


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("port", "70000", "a whole number from 0 to 65535"),
        ("port", "tcp://10.0.0.1:8500", "a whole number"),
        ("max_texts", "0", "a whole number from 1"),
        ("max_texts", "-1", "a whole number from 1"),
        ("drain_seconds", "nan", "a number of seconds"),
        ("drain_seconds", "soon", "a number of seconds"),
        ("log_format", "xml", "one of auto, json, human"),
        ("log_texts", "maybe", "true or false"),
        ("tls_key", "/nowhere/key.pem", "an existing file"),
        ("host", "a b", "a host name"),
        ("workers", "0", "a whole number from 1 to 256"),
        ("unix_socket_mode", "rw", "permissions in octal"),
        ("unix_socket_mode", "1777", "permissions in octal"),
        ("versions", "topics=newest", "latest, latest:N, all, or version numbers such as 3,5"),
        ("labels", "topics=3", "LABEL:VERSION"),
        ("traffic", "topics=stable", "such as stable:90,canary:10"),
        ("shadow", "topics=canary:2", "such as canary:0.1"),
    ],
)
def test_bad_value_names_flag_variable_and_what_is_expected(name: str, text: str, expected: str) -> None:
    flag, variable = f"--{name.replace('_', '-')}", f"TEXTGATE_{name.upper()}"
    for arguments, environment in (([f"{flag}={text}"], {}), ([], {variable: text})):
        with pytest.raises(ConfigError) as caught:
            load_config([*REPOSITORY, *arguments], environment)
        for part in (flag, variable, expected, repr(text)):
            assert part in str(caught.value)


def test_flag_for_several_models_may_be_given_several_times() -> None:
    config = load_config([*REPOSITORY, "--versions", "all", "--versions", "topics=3,5"], {})
    assert config == load_config(REPOSITORY, {"TEXTGATE_VERSIONS": "all topics=3,5"})


def test_variable_close_to_a_known_one_is_an_error_that_names_it() -> None:
    with pytest.raises(ConfigError, match="TEXTGATE_MAX_TEXT is unknown; did you mean TEXTGATE_MAX_TEXTS"):
        load_config(REPOSITORY, {"TEXTGATE_MAX_TEXT": "3"})


def test_variable_like_no_other_is_reported_and_those_of_the_client_are_not() -> None:
    environment = {"TEXTGATE_ZEBRA": "1", "TEXTGATE_TARGET": "x", "TEXTGATE_PORT": "1", "PATH": "x"}
    assert list(unknown_variables(environment)) == [("TEXTGATE_ZEBRA", None)]
    assert load_config(REPOSITORY, environment).port == 1


def test_empty_variable_counts_as_not_set() -> None:
    assert load_config(REPOSITORY, {"TEXTGATE_PORT": ""}).port == 8500


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--repository DIRECTORY or set TEXTGATE_REPOSITORY"),
        ([*REPOSITORY, "--prot", "1"], "--prot"),
        ([*REPOSITORY, "--queue-texts", "5"], "--queue-texts 5 is less than --max-texts 1024"),
    ],
)
def test_settings_that_do_not_make_sense_together_or_are_missing_are_errors(arguments: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(arguments, {})
    assert message in str(caught.value)


def test_certificate_key_and_client_authority_go_together(tmp_path: Path) -> None:
    pem = tmp_path / "x.pem"
    pem.touch()
    with pytest.raises(ConfigError, match="go together"):
        load_config([*REPOSITORY, "--tls-certificate", str(pem)], {})
    with pytest.raises(ConfigError, match="--tls-client-ca needs"):
        load_config([*REPOSITORY, "--tls-client-ca", str(pem)], {})


def test_help_teaches_every_setting_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        load_config(["--help"], {})
    text = " ".join(capsys.readouterr().out.split())
    assert caught.value.code == 0
    for name, setting in settings().items():
        assert f"--{name.replace('_', '-')}" in text
        assert setting.teach in text
    assert "(default 8500)" in text


def test_settings_go_to_the_log_with_plain_values() -> None:
    shown = load_config(REPOSITORY, {}).loggable()
    assert shown["repository"] == "models"
    assert shown.keys() == settings().keys()
