"""Awkward files, each with what should come of it: a table, or a sentence that says why not."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd
from PIL import Image

from tables.errors import Locked, TooLarge, UnreadableFile
from tests.tables.files import archive, repacked, workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
Cells = Mapping[str, list[object]]


@dataclass(frozen=True, kw_only=True)
class Awkward:
    """A file with its expected outcome: `cells` and `rows`, or the error with words of its sentence.

    `remark` and `sniffed` are parts of what the table must say of itself; `faults` the broken rows.
    """

    title: str
    make: Callable[[], bytes]
    name: str = "table.csv"
    cells: Cells = field(default_factory=dict)
    rows: tuple[int, ...] = ()
    remark: str = ""
    sniffed: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[int, ...] = ()
    error: type[UnreadableFile] | None = None
    words: str = ""
    error_row: int | None = None


def good(
    title: str,
    data: str | bytes | Callable[[], bytes],
    cells: Cells,
    rows: tuple[int, ...] = (),
    **more: object,
) -> Awkward:
    return Awkward(title=title, make=_maker(data), cells=cells, rows=rows, **more)  # type: ignore[arg-type]


def bad(
    title: str,
    data: str | bytes | Callable[[], bytes],
    words: str,
    error: type[UnreadableFile] = UnreadableFile,
    **more: object,
) -> Awkward:
    return Awkward(title=title, make=_maker(data), words=words, error=error, **more)  # type: ignore[arg-type]


def _maker(data: str | bytes | Callable[[], bytes]) -> Callable[[], bytes]:
    if callable(data):
        return data
    return lambda: data.encode() if isinstance(data, str) else data


def picture(width: int = 2, height: int = 2) -> bytes:
    stream = io.BytesIO()
    Image.new("1", (width, height)).save(stream, "PNG")
    return stream.getvalue()


def huge_picture() -> bytes:
    """A PNG of a few bytes that says it has ten thousand million pixels."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 1, 0, 0, 0, 0)
    body = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\x00")), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in body
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


def feather(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_feather(stream)
    return stream.getvalue()


def formulas() -> bytes:
    """B2 has a formula with its value, B3 one without, B4 an error."""
    data = workbook([["a", "b"], [1, "=A2*2"], [2, "=A3*2"], [3, "#DIV/0!"]])
    return repacked(
        data,
        {"xl/worksheets/sheet1.xml": lambda xml: xml.replace(b"<v />", b"<v>2</v>", 1)},
    )


def xml_bomb() -> bytes:
    entities = b"".join(
        b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10 if i else b"lol") for i in range(10)
    )
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [' + entities + b"]>"
    return repacked(
        workbook([["a"], [1]]),
        {"xl/worksheets/sheet1.xml": lambda xml: bomb + xml.replace(b"<v>1<", b"<v>&l9;<")},
    )


def same_text_everywhere() -> bytes:
    """One long text that very many cells share: small on disk, without bound when it is read."""
    cells = "".join(f'<c r="A{i}" t="s"><v>0</v></c>' for i in range(1, 40_001))
    rows = f'<row r="1">{cells}</row>'.encode()
    strings = b"<sst><si><t>" + b"x" * 32_767 + b"</t></si></sst>"
    made = repacked(
        workbook([["a"], [1]]),
        {
            "xl/worksheets/sheet1.xml": lambda xml: (
                xml.partition(b"<sheetData>")[0]
                + b"<sheetData>"
                + rows
                + b"</sheetData></worksheet>"
            )
        },
    )
    with zipfile.ZipFile(stream := io.BytesIO(made), "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", strings)
    return stream.getvalue()


def spreadsheet(rows: str) -> bytes:
    """An ODS workbook with these rows, as XML."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="One">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return archive(
        {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content.encode()},
        zipfile.ZIP_STORED,
    )


def _ods_cell(value: object) -> str:
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


def _ods_row(*values: object, more: str = "") -> str:
    return f"<table:table-row{more}>" + "".join(map(_ods_cell, values)) + "</table:table-row>"


def locked_archive() -> bytes:
    data = bytearray(archive({"a.png": picture()}, zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def zip_bomb() -> bytes:
    """A few MB that unpack to 600, written without holding them."""
    stream, zeros = io.BytesIO(), bytes(2**20)
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("a.csv", "w") as entry,
    ):
        for _ in range(600):
            entry.write(zeros)
    return stream.getvalue()


def lying_archive() -> bytes:
    """A ZIP whose entry unpacks to more than its own directory says."""
    data = bytearray(archive({"a.csv": b"a,b\n" + b"1,2\n" * 100_000}))
    for start, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(start) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    return bytes(data)


FRAME = pd.DataFrame({"a": pd.array([1, None, 3], dtype="Int64"), "b": ["x", "", "z"]})
FRAME_CELLS: Cells = {"a": [1, None, 3], "b": ["x", None, "z"]}
AB: Cells = {"a": ["1", "3"], "b": ["2", "4"]}

CORPUS: tuple[Awkward, ...] = (
    # Text: delimiters, quotes, lines.
    good("plain", "a,b\n1,2\n3,4\n", AB, (2, 3), sniffed={"delimiter": "comma", "header": "row 1"}),
    good("semicolon", "a;b\n1;2\n3;4\n", AB, sniffed={"delimiter": "semicolon"}),
    good("tab", "a\tb\n1\t2\n3\t4\n", AB, sniffed={"delimiter": "tab"}),
    good("bar", "a|b\n1|2\n3|4\n", AB, sniffed={"delimiter": "vertical bar"}),
    good("old Mac lines", "a,b\r1,2\r3,4\r", AB, (2, 3)),
    good("no last line end", "a,b\r\n1,2\r\n3,4", AB, (2, 3)),
    good("blank lines count", "\na,b\n\n1,2\n\n\n3,4\n\n", AB, (4, 7)),
    good("delimiter after the last cell", "a,b,\n1,2,\n3,4,\n", AB),
    good("Excel says the delimiter", "sep=;\r\na;b\r\n1;2\r\n3;4\r\n", AB, (2, 3)),
    good(
        "line break in a cell",
        'a,b\n"x\ny",2\nz,4\n',
        {"a": ["x\ny", "z"], "b": ["2", "4"]},
        (2, 3),
    ),
    good("quotes in quotes", 'a,b\n"say ""hi""",2\n', {"a": ['say "hi"'], "b": ["2"]}),
    good("backslash before quotes", 'a,b\n"say \\"hi\\"",2\n', {"a": ['say "hi"'], "b": ["2"]}),
    good("single quotes", "'a','b'\n'x, y','2'\n'z','4'\n", {"a": ["x, y", "z"], "b": ["2", "4"]}),
    good(
        "delimiter in quotes",
        'a,b\n"1,5","x, y"\n"2,5",z\n',
        {"a": ["1,5", "2,5"], "b": ["x, y", "z"]},
        sniffed={"decimal mark": "comma", "delimiter": "comma"},
    ),
    bad("quote never closed", 'a,b\n1,2\n3,"4\n5,6\n', "Row 3", error_row=3),
    # Numbers and dates.
    good(
        "decimal comma",
        "a;b\n1,5;1.234,5\n-2,25;7,0\n",
        {"a": ["1,5", "-2,25"], "b": ["1.234,5", "7,0"]},
        sniffed={"decimal mark": "comma", "delimiter": "semicolon"},
    ),
    good(
        "day first",
        "d;b\n03/04/2026;1\n13/04/2026;2\n",
        {"d": ["03/04/2026", "13/04/2026"], "b": ["1", "2"]},
        sniffed={"dates": "day first"},
    ),
    good(
        "month first",
        "d,b\n03/04/2026,1\n04/13/2026,2\n",
        {"d": ["03/04/2026", "04/13/2026"], "b": ["1", "2"]},
        sniffed={"dates": "month first"},
    ),
    # Headers.
    good(
        "no header",
        "1,2\n3,4\n",
        {"Column A": ["1", "3"], "Column B": ["2", "4"]},
        (1, 2),
        sniffed={"header": "none"},
    ),
    good(
        "no header, words only",
        "yes,no\nno,no\nyes,no\nno,yes\n",
        {"Column A": ["yes", "no", "yes", "no"], "Column B": ["no", "no", "no", "yes"]},
        (1, 2, 3, 4),
    ),
    good(
        "words above words", "name,town\nEve,Rome\nBob,Bonn\n", {"name": ["Eve", "Bob"], "town": ["Rome", "Bonn"]}
    ),
    good("one column", "name\nEve\nBob\n", {"name": ["Eve", "Bob"]}, sniffed={"delimiter": "none, one column"}),
    good("years as names", "2024,2025\n1.5,2.5\n3,4\n", {"2024": ["1.5", "3"], "2025": ["2.5", "4"]}, (2, 3)),
    good("one column of prose", "text\nHello, you\nWell, well\n", {"text": ["Hello, you", "Well, well"]}, (2, 3)),
    good("one column of decimals", "x\n1,5\n2,5\n", {"x": ["1,5", "2,5"]}, (2, 3), sniffed={"decimal mark": "comma"}),
    good("one column of links", "url\nhttp://a.b/c\nhttp://d.e/f\n", {"url": ["http://a.b/c", "http://d.e/f"]}, (2, 3)),
    good(
        "same name twice",
        "a,a,b\n1,2,3\n",
        {"a": ["1"], "a (2)": ["2"], "b": ["3"]},
        remark="same name",
    ),
    good(
        "a column without a name",
        "a,,b\n1,2,3\n",
        {"a": ["1"], "Column B": ["2"], "b": ["3"]},
        remark="without a name",
    ),
    good(
        "as R writes",
        '"mean","sd"\n"1",2,3\n"2",4,5\n',
        {"Column A": ["1", "2"], "mean": ["2", "4"], "sd": ["3", "5"]},
        remark="begin at the second",
    ),
    good(
        "lines above the table",
        "Export of today\nby;Eve\n\na;b;c\n1;2;3\n4;5;6\n",
        {"a": ["1", "4"], "b": ["2", "5"], "c": ["3", "6"]},
        (5, 6),
        remark="begins at row 4",
    ),
    good("remarks", "# by Eve, today\na,b\n1,2\n# half\n3,4\n", AB, (3, 5), remark="note"),
    good("header behind a mark", "# by Eve\n#a,b\n1,2\n3,4\n", AB, (3, 4)),
    good("header again", "a,b\n1,2\na,b\n3,4\n", AB, (2, 4), remark="repeats the header"),
    # Ragged rows.
    good(
        "too many cells",
        "a,b\n1,2\n3,4,5\n6,7\n",
        {"a": ["1", "3", "6"], "b": ["2", "4", "7"]},
        (2, 3, 4),
        faults=(1,),
    ),
    good(
        "too few cells",
        "a,b\n1,2\n3\n",
        {"a": ["1", "3"], "b": ["2", None]},
        remark="fewer cells",
    ),
    # Encodings.
    good("byte order mark", b"\xef\xbb\xbfa,b\n1,2\n3,4\n", AB, sniffed={"encoding": "UTF-8 with a byte order mark"}),
    good("UTF-16", "a,b\n1,2\n3,4\n".encode("utf-16"), AB, sniffed={"encoding": "UTF-16"}),
    good("UTF-16 without a mark", "a\tb\n1\t2\n3\t4\n".encode("utf-16-le"), AB),
    good(
        "Latin-1",
        "größe;b\nmüde;2\nfrüh;4\n".encode("latin-1"),
        {"größe": ["müde", "früh"], "b": ["2", "4"]},
        sniffed={"encoding": "Windows-1252 (Western European)"},
    ),
    good("euro sign of Windows", "a;b\n5 €;–\n".encode("cp1252"), {"a": ["5 €"], "b": ["–"]}),
    good(
        "Cyrillic",
        "имя;возраст\nИван Петров;5\nМария Кузнецова;6\n".encode("cp1251"),
        {"имя": ["Иван Петров", "Мария Кузнецова"], "возраст": ["5", "6"]},
    ),
    good("German without an accent beside it", "Größe,x\nßöö,1\nßßß,2\n".encode("cp1252"),
         {"Größe": ["ßöö", "ßßß"], "x": ["1", "2"]}),
    good("German of a Mac", "Größe,x\nMüller,1\n".encode("mac_roman"), {"Größe": ["Müller"], "x": ["1"]}),
    good("Polish", "imię;wiek\nŁukasz;5\n".encode("cp1250"), {"imię": ["Łukasz"], "wiek": ["5"]}),
    good("Hungarian", "Hőfok;nap\nfűtés;1\n".encode("cp1250"), {"Hőfok": ["fűtés"], "nap": ["1"]}),
    good("Turkish", "ad;yaş\nIşıl;6\nÇağ;7\n".encode("cp1254"), {"ad": ["Işıl", "Çağ"], "yaş": ["6", "7"]}),
    good("Japanese", "名前,年齢\n田中太郎,5\n".encode("shift_jis"), {"名前": ["田中太郎"], "年齢": ["5"]}),
    good("signs of science", "x (µm),T (°C)\n1,2\n".encode("cp1252"), {"x (µm)": ["1"], "T (°C)": ["2"]}),
    good("zeros", b"a,b\n1,2\x00\n3,4\n", AB, remark="zero character"),
    # Nothing, too much, something else.
    bad("empty", b"", "empty"),
    bad("blank", b" \n\n \n", "empty"),
    bad("header only", "a,b,c\n", "no rows"),
    good(
        "ten thousand columns",
        lambda: "\n".join([",".join(f"c{i}" for i in range(10_000)), ",".join(["1"] * 10_000)]).encode(),
        {f"c{i}": ["1"] for i in range(10_000)},
    ),
    bad("too many columns", lambda: b",".join([b"x"] * 20_000) + b"\n", "20,000 columns", TooLarge),
    bad("PDF called CSV", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a PDF document"),
    bad("web page called XLS", b"<html><table><tr><td>1</td></tr></table>", "a web page", name="x.xls"),
    bad("pickle", lambda: pickle.dumps({"a": [1]}), "pickled"),
    bad("gzip", b"\x1f\x8b\x08" + bytes(50), "gzip", name="x.csv.gz"),
    bad("noise", bytes(range(256)) * 4, "not known"),
    # Workbooks.
    good(
        "workbook",
        lambda: workbook([["a", "b"], [1, 2.5], [None, "x"]]),
        {"a": [1, None], "b": [2.5, "x"]},
        (2, 3),
        name="x.xlsx",
        sniffed={"sheet": "Sheet"},
    ),
    good("workbook called CSV", lambda: workbook([["a"], [1]]), {"a": [1]}, remark="name ends in .csv"),
    good(
        "workbook that begins elsewhere",
        lambda: workbook([[], ["Title"], [], [None, "a", "b"], [None, 1, 2], [], [None, 3, 4]]),
        {"a": [1, 3], "b": [2, 4]},
        (5, 7),
        name="x.xlsx",
    ),
    good(
        "notes above the table of a workbook",
        lambda: workbook([["Sales"], ["Created", "2026-01-01"], [], ["id", "name", "sum"], [1, "x", 2.5], [2, "y", 3.5]]),
        {"id": [1, 2], "name": ["x", "y"], "sum": [2.5, 3.5]},
        (5, 6),
        name="x.xlsx",
    ),
    good(
        "formulas",
        formulas,
        {"a": [1, 2, 3], "b": [2, None, "#DIV/0!"]},
        (2, 3, 4),
        name="x.xlsx",
        remark="the first is B3",
    ),
    good("first sheet empty", lambda: workbook([], Data=[["a"], [1]]), {"a": [1]}, name="x.xlsx", remark="The sheet Data was read, not Sheet."),
    bad("workbook without cells", lambda: workbook([]), "empty", name="x.xlsx"),
    bad("protected workbook", OLE + "EncryptedPackage".encode("utf-16-le"), "password", Locked, name="x.xlsx"),
    bad("old Word document", OLE + "WordDocument".encode("utf-16-le"), "no workbook", name="x.doc"),
    bad("cut-off workbook", lambda: workbook([["a"], [1]])[:-200], "unpacked", name="x.xlsx"),
    bad("XML bomb", xml_bomb, "definitions", name="x.xlsx"),
    bad(
        "one cell far away",
        lambda: workbook([["a"]], lambda book: book.active.cell(1_000_000, 16_000, 1)),
        "16,000,000,000 cells",
        TooLarge,
        name="x.xlsx",
    ),
    bad("one long text everywhere", same_text_everywhere, "too much text", TooLarge, name="x.xlsx"),
    good(
        "OpenDocument",
        lambda: spreadsheet(
            _ods_row("a", "b") + _ods_row(1, 2) + '<table:table-row table:number-rows-repeated="1048570"/>'
        ),
        {"a": [1], "b": [2]},
        (2,),
        name="x.ods",
    ),
    bad(
        "OpenDocument that repeats itself",
        lambda: spreadsheet(_ods_row("a") + _ods_row(1, more=' table:number-rows-repeated="99999999"')),
        "100,000,000 rows",
        TooLarge,
        name="x.ods",
    ),
    # Columns with types.
    good("Parquet", lambda: parquet(FRAME), FRAME_CELLS, (1, 2, 3), name="x.parquet"),
    good("Parquet called CSV", lambda: parquet(FRAME), FRAME_CELLS, remark="name ends in .csv"),
    bad("cut-off Parquet", lambda: parquet(FRAME)[:-40], "cut off", name="x.parquet"),
    bad("Parquet with a bad end", lambda: parquet(FRAME)[:300] + b"PAR1", "damaged", name="x.parquet"),
    bad("Parquet without rows", lambda: parquet(FRAME[:0]), "no rows", name="x.parquet"),
    good("Feather", lambda: feather(FRAME), FRAME_CELLS, (1, 2, 3), name="x.feather"),
    bad("cut-off Feather", lambda: feather(FRAME)[:-40], "damaged", name="x.feather"),
    # JSON.
    good("objects", '[{"a": 1, "b": "x"}, {"b": "y"}]', {"a": [1, None], "b": ["x", "y"]}, (1, 2), name="x.json", remark="lacks"),
    good("lists by name", '{"a": [1, 2], "b": ["x", "y"]}', {"a": [1, 2], "b": ["x", "y"]}, name="x.json"),
    good("rows below data", '{"data": [{"a": 1}], "n": 1}', {"a": [1]}, name="x.json"),
    good("one object", '{"a": 1, "b": null}', {"a": [1], "b": [None]}, name="x.json"),
    good("as pandas writes", lambda: FRAME[["b"]].to_json().encode(), {"b": ["x", None, "z"]}, name="x.json"),
    good("split", '{"columns": ["a"], "index": [0], "data": [[1]]}', {"a": [1]}, name="x.json"),
    good("with NaN", json.dumps([{"a": float("nan")}, {"a": 1}]), {"a": [None, 1]}, name="x.json"),
    bad("lists of other lengths", '{"a": [1, 2], "b": [1]}', "different lengths", name="x.json"),
    bad("cut-off JSON", '[{"a": 1}, {"a"', "line 1", name="x.json", error_row=1),
    bad("deep JSON", "[" * 100_000, "nested", name="x.json"),
    bad("JSON of nothing", "{}", "no rows", name="x.json"),
    good("JSON Lines", '{"a": 1}\n\n{"a": 2}\n', {"a": [1, 2]}, (1, 3), name="x.jsonl"),
    good("JSON Lines with NaN", '{"a": NaN}\n{"a": 2}\n', {"a": [None, 2]}, (1, 2), name="x.jsonl"),
    good("JSON Lines called JSON", '{"a": 1}\n{"a": 2}\n', {"a": [1, 2]}, (1, 2), name="x.json", remark="name ends in .json"),
    good("a bad line", '{"a": 1}\noops\n{"a": 2}\n', {"a": [1, None, 2]}, (1, 2, 3), name="x.jsonl", faults=(1,)),
    # Archives.
    good("a table in a ZIP", lambda: archive({"x/t.csv": b"a,b\n1,2\n3,4\n"}), AB, (2, 3), name="x.zip"),
    bad("two tables in a ZIP", lambda: archive({"a.csv": b"a,b\n1,2\n", "b.csv": b"a,b\n1,2\n"}), "2 tables", name="x.zip"),
    bad("a ZIP in a ZIP", lambda: archive({"t.csv": archive({"t.csv": b"a\n1\n"})}), "not known", name="x.zip"),
    bad("zip bomb", zip_bomb, "unpacks to 600 MB", TooLarge, name="x.zip"),
    bad("a ZIP that lies", lying_archive, "unpacked", name="x.zip"),
    bad("Word document", lambda: archive({"word/document.xml": b"<x/>", "word/media/a.png": picture()}), "Word", name="x.docx"),
    bad("protected ZIP", locked_archive, "password", Locked, name="x.zip"),
    bad("cut-off ZIP", lambda: archive({"a.png": picture()})[:-20], "unpacked", name="x.zip"),
    bad("nothing of use in a ZIP", lambda: archive({"readme.md": b"hello"}), "no pictures", name="x.zip"),
    bad("a picture that explodes", huge_picture, "pixels", name="x.png"),
)  # fmt: skip
