"""The rules of all apps: pure, and answering to clauses that exist."""

import ast
from pathlib import Path

import pytest

from agencies.standard import CLAUSES, Rulebook
from caregivers.standard import badge, onboarding
from caregivers.standard import eligibility as caregivers
from clients import standard as clients
from contracts import standard as contracts
from supervision import standard as supervision

ROOT = Path(__file__).parent.parent
PURE = [
    "agencies/calendar.py", "agencies/privacy.py", "clients/home.py", "clients/scales.py", "contracts/rota_standard.py",
]  # fmt: skip
FOUND = [*ROOT.glob("*/standard.py"), *ROOT.glob("*/standard/*.py")]
FILES = sorted([*(str(path.relative_to(ROOT)) for path in FOUND), *PURE])


def imported(path):
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_every_app_with_rules_is_looked_at():
    apps = ("agencies", "archive", "caregivers", "clients", "contracts", "supervision")
    assert {path.split("/")[0] for path in FILES} >= set(apps)


@pytest.mark.parametrize("path", FILES)
def test_rules_need_only_rules_and_plain_libraries(path):
    ours = {name.replace(".", "/") + ".py" for name in imported(path) if (ROOT / name.split(".")[0]).is_dir()}
    assert ours <= set(FILES)
    assert not any(name.split(".")[0].startswith("django") for name in imported(path))


@pytest.mark.parametrize("module", [badge, caregivers, clients, contracts, onboarding, supervision])
def test_rulebooks_cite_clauses_or_laws(module):
    books = [value for value in vars(module).values() if isinstance(value, Rulebook)]
    books += supervision.STEPS.values() if module is supervision else []
    cited = {rule.clause for book in books for rule in book.rules}
    assert cited
    assert all(clause in CLAUSES or clause.startswith(("PIPL ", "Civil Code ")) for clause in cited)
