"""Cuts the print fonts to common characters once (`python -m carecenter.fonts`); the full fonts stay the fallback."""

import base64
import functools
import io
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter, load_font, save_font
from fontTools.ttLib import newTable

CUT_DIR = Path(__file__).resolve().parent.parent / ".local" / "fonts"
# The name used in print.css, the family it is cut from, its weight.
FACES = [
    ("Paper Song", "Noto Serif CJK SC", "regular", 400),
    ("Paper Hei", "Noto Sans CJK SC", "bold", 700),
]
LATIN = range(0x20, 0x17F)
ROUNDING = 2  # thousandths of the type size; a 1200 dpi printer does not show it
PUNCTUATION = "–—‘’“”…‰′″€℃№×÷≤≥≠±·•①②③④⑤⑥⑦⑧⑨⑩〇〔〕【】《》「」、。，．：；！？（）％￥～／－＋＝□■○●△▲☆★→←↑↓"


def common_characters() -> set[int]:
    """The 6,763 Chinese characters of GB 2312, its signs, Latin letters and what our papers print."""
    rows = (bytes((high, low)) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    national = {ord(pair.decode("gb2312", "ignore") or " ") for pair in rows}
    return national | set(LATIN) | {ord(sign) for sign in PUNCTUATION}


def cut_path(name: str, weight: int) -> Path:
    """Where the cut face lies, whether it exists or not."""
    return CUT_DIR / f"{name.replace(' ', '')}-{weight}.ttf"


def cut(path: Path, index: int, target: Path) -> None:
    """Write the common characters of one face of a font collection to its own file."""
    options = Options(font_number=index, layout_features=[], hinting=False, notdef_outline=True, recalc_bounds=True)
    options.drop_tables += ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    font = load_font(str(path), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=common_characters())
    subsetter.subset(font)
    _to_truetype(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")  # a cut that was broken off is not taken for a font
    save_font(font, str(part), options)
    font.close()
    part.rename(target)


def _to_truetype(font):
    """Quadratic outlines: what a paper does not use of them costs nothing in its file, unlike with CFF."""
    outlines, glyphs = font.getGlyphSet(), {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, ROUNDING, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = font.getGlyphOrder(), glyphs
    del font["CFF "]
    font["maxp"] = maxp = newTable("maxp")
    maxp.tableVersion, maxp.numGlyphs = 0x00010000, len(glyphs)
    counts = ("Zones", "TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements")
    for count in (*counts, "SizeOfInstructions", "ComponentElements"):
        setattr(maxp, f"max{count}", int(count == "Zones"))
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"


def find_face(family: str, style: str) -> tuple[Path, int] | None:
    """File and index of an installed face, as fontconfig knows it."""
    pattern = f"{family}:{style}"
    found = subprocess.run(  # noqa: S603 -- fixed arguments
        ["fc-match", "-f", "%{family[0]}\n%{file}\n%{index}", pattern],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return (Path(found[1]), int(found[2]) & 0xFFFF) if found[0] == family else None


def cut_all() -> list[str]:
    """Cut what is missing, all faces at once; the families that are not installed are returned by name."""
    wanted = [face for face in FACES if not cut_path(face[0], face[3]).exists()]
    found = {face: find_face(face[1], face[2]) for face in wanted}
    with ProcessPoolExecutor() as pool:
        jobs = [pool.submit(cut, *at, cut_path(face[0], face[3])) for face, at in found.items() if at]
    for job in jobs:
        job.result()
    return sorted({face[1] for face, at in found.items() if at is None})


@functools.cache
def box_font() -> str:
    """A font of two signs, ☑ and □, as a data URI: the Chinese fonts have no ticked box, and both must match."""
    builder = FontBuilder(1000, isTTF=False)
    names = {0x25A1: "box", 0x2611: "ticked"}
    builder.setupGlyphOrder([".notdef", "space", *names.values()])
    builder.setupCharacterMap({0x20: "space", **names})
    builder.setupCFF("PaperBoxes", {}, {name: _draw(name) for name in [".notdef", "space", *names.values()]}, {})
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", "space", *names.values()], (1000, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Paper Boxes", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    target = io.BytesIO()
    builder.save(target)
    return f"data:font/otf;base64,{base64.b64encode(target.getvalue()).decode()}"


def _draw(name):
    pen = T2CharStringPen(1000, None)
    if name in ("box", "ticked"):
        _polygon(pen, [(110, -30), (110, 750), (890, 750), (890, -30)])
        _polygon(pen, [(160, 20), (840, 20), (840, 700), (160, 700)])
    if name == "ticked":
        _polygon(pen, [(250, 390), (320, 450), (450, 290), (720, 640), (790, 590), (455, 130)])
    return pen.getCharString()


def _polygon(pen, points):
    pen.moveTo(points[0])
    for point in points[1:]:
        pen.lineTo(point)
    pen.closePath()


if __name__ == "__main__":
    if absent := cut_all():
        sys.exit(f"Not installed: {', '.join(absent)}. Install fonts-noto-cjk; papers are printed with other fonts.")
