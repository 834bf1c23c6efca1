"""Compiles the translations that changed (`python -m carecenter.translations`); needs no gettext on the machine."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def compile_all() -> None:
    for source in [*ROOT.glob("locale/*/LC_MESSAGES/*.po"), *ROOT.glob("*/locale/*/LC_MESSAGES/*.po")]:
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        part = target.with_suffix(f".{os.getpid()}")  # several may compile at once
        with source.open("rb") as text, part.open("wb") as binary:
            write_mo(binary, read_po(text, locale=source.parts[-3]))
        part.replace(target)


if __name__ == "__main__":
    compile_all()
