"""The page at /docs, made from the OpenAPI document: plain HTML without a script.

Swagger UI and ReDoc come from other hosts and need inline scripts; the site's content security
policy refuses both.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 14px/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8886; border-radius: 6px; }
section { border-top: 1px solid #8886; padding-top: .5rem; margin-top: 2rem; }
h2 code { font-size: 1.1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td { padding: .25rem .75rem .25rem 0; vertical-align: top; }
.key { border: 1px solid; border-radius: 4px; padding: 0 .4rem; font-size: .8rem; }
"""

_METHODS = ("get", "post", "patch", "delete")


def render(document: Mapping[str, Any]) -> str:
    """The whole page. Everything taken from the document is escaped."""
    info = document["info"]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(info['title'])} API</title>",
        '<link rel="stylesheet" href="docs.css"></head><body>',
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>",
        _paragraphs(info["description"]),
        '<p>For programs: <a href="openapi.json">openapi.json</a>.</p>',
        *(
            section
            for path, item in document["paths"].items()
            for method in _METHODS
            if method in item
            for section in _operation(document, path, method, item[method])
        ),
        "</body></html>",
    ]
    return "\n".join(parts)


def _operation(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> Iterator[str]:
    key = ' <span class="key">needs the key</span>' if "security" in operation else ""
    yield f"<section><h2><code>{method.upper()} {escape(path)}</code>{key}</h2>"
    yield _paragraphs(operation.get("description", operation["summary"]))
    rows = [
        (parameter["name"], parameter["in"], parameter["schema"], parameter.get("description", ""))
        for parameter in operation.get("parameters", [])
    ]
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolve(document, content["schema"])
        rows += [
            (name, media_type, field, field.get("description", ""))
            for name, field in schema.get("properties", {}).items()
        ]
    if rows:
        yield "<table>"
        for name, place, schema, description in rows:
            yield (
                f"<tr><td><code>{escape(name)}</code></td><td>{escape(place)}</td>"
                f"<td>{escape(_type(document, schema))}</td><td>{escape(description)}</td></tr>"
            )
        yield "</table>"
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            if status.startswith("2"):
                kind = _type(document, content.get("schema", {}))
                yield f"<p>{escape(status)}: {escape(media_type)} {escape(kind)}</p>"
    yield "</section>"


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.split("\n\n"))


def _resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, where a reference stands for it."""
    found: Any = schema
    if "$ref" in schema:
        found = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
    return dict(found)


def _type(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A short name of what a schema takes, as in `string, at most 300 characters`."""
    if "anyOf" in schema:
        kinds = [_type(document, one) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(kinds)
    if "$ref" in schema:
        resolved = _resolve(document, schema)
        if "enum" in resolved:
            return _type(document, resolved)
        fields = ", ".join(resolved.get("properties", {}))
        return f"{{{fields}}}"
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"several of {_type(document, schema.get('items', {}))}"
    limits = {"maxLength": "at most {} characters", "minimum": "from {}", "maximum": "to {}"}
    described = [text.format(schema[name]) for name, text in limits.items() if name in schema]
    return ", ".join([schema.get("type", ""), *described])
