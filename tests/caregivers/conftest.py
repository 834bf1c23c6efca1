"""What most tests of caregivers start from."""

import pytest

from tests.caregivers import people
from tests.factories import make_member


@pytest.fixture
def manager(maple):
    return make_member(maple).user


@pytest.fixture
def course(in_maple):
    """The agency's one course before posting."""
    return people.open_course()
