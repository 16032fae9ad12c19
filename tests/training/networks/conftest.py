"""What every test of the networks starts from."""

import pytest
from cell_kinds import restart_random_numbers


@pytest.fixture(autouse=True)
def same_random_numbers_in_any_order() -> None:
    restart_random_numbers()
