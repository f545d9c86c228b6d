"""What of the page a browser loads, and how much that is."""

import gzip
import re

from infra.page_files import SITE, served, without_comments

FIRST_VIEW_BYTES = 28_000
ALL_BYTES = 40_000


def weight(modules: set[str]) -> int:
    """As a CDN sends them: each file gzipped by itself."""
    files = served()
    return sum(len(gzip.compress(files[f"js/{name}"], 9)) for name in modules)


def with_imports(name: str, found: set[str]) -> set[str]:
    """What comes with a module: all that it imports, and what that imports."""
    if name not in found:
        found.add(name)
        text = (SITE / "js" / name).read_text()
        for other in re.findall(r'^import [^;]*?"\./(.+?)";$', text, re.MULTILINE):
            with_imports(other, found)
    return found


def test_the_first_view_needs_little_script() -> None:
    first = with_imports("main.js", {"early.js"})
    assert "recording.js" not in first and "start.js" in first
    assert weight(first) <= FIRST_VIEW_BYTES


def test_all_script_together_is_small() -> None:
    assert weight({file.name for file in (SITE / "js").glob("*.js")}) <= ALL_BYTES


def is_code(line: str) -> bool:
    return not re.match(r"\s*(//|\*|/\*\*(?!.*\*/.))|\s*$", line)


def test_scripts_are_served_without_comments_and_otherwise_as_they_are() -> None:
    script = '/** Why. */\n\n// Two.\nlet a = "/* b */"; // c\n  /**\n   * More.\n   */\nlet c;\n'
    cast = "f(/** @type {X<Y>} */ (a));\n/** @type {Z} Why. */\n"
    assert without_comments(cast) == "f((a));\n\n"
    assert without_comments(script) == '\n\n\nlet a = "/* b */";\n\n\n\nlet c;\n'
    assert without_comments('let a = "https://b // c";\n') == 'let a = "https://b // c";\n'
    for path, content in served().items():
        source = SITE / ("index.html" if path == "404.html" else path)
        if path.endswith(".js"):
            lines = content.decode().splitlines()
            assert all(line.count("`") % 2 == 0 for line in lines), f"{path}: a text of lines"
            assert content.count(b"\n") == source.read_bytes().count(b"\n"), path
            code = [line.strip() for line in source.read_text().splitlines() if is_code(line)]
            for whole, left in zip(code, filter(None, lines), strict=True):
                line = re.sub(r"/\*\* @type [^*]+\*/ ", "", whole)
                assert line.startswith(left), f"{path}: {line}"
                assert not re.search(r'"[^"]*/\*\* @type [^"]*"', whole), f"{path}: within a text"
                cut = line[len(left) :]
                if cut:
                    assert cut.startswith(" // "), f"{path}: {line}"
                    assert left.count('"') % 2 == 0, f"{path}: cut within a text: {line}"
        else:
            assert content == source.read_bytes()


def test_what_is_written_for_developers_is_not_served() -> None:
    assert "README.md" not in served()
    assert {"index.html", "404.html", "js/main.js", "img/favicon.svg"} <= set(served())
