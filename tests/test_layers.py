"""Apps import only from lower floors; pure rules import no Django."""

import ast

import pytest
from django.conf import settings

FLOORS = {"agencies": 0, "archive": 1, "caregivers": 2, "clients": 2, "contracts": 3, "supervision": 4, "carecenter": 5}
FILES = [path for app in FLOORS for path in (settings.BASE_DIR / app).rglob("*.py") if "migrations" not in path.parts]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)


@pytest.mark.parametrize("app", FLOORS)
def test_app_imports_only_from_lower_floors(app):
    wrong = [
        (str(path.relative_to(settings.BASE_DIR)), name)
        for path in FILES
        if path.relative_to(settings.BASE_DIR).parts[0] == app
        for name in imports(path)
        if name in FLOORS and name != app and FLOORS[name] >= FLOORS[app]
    ]
    assert wrong == []
