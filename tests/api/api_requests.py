"""A plausible request for each operation of the API's document."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import httpx

Json = dict[str, Any]
_TUS_URI = base64.b64encode(b"data://in/new.bin").decode()
_HEADERS: Mapping[str, dict[str, str]] = {
    "/v1/uploads": {"Upload-Length": "3", "Upload-Metadata": f"uri {_TUS_URI}"},
    "/v1/uploads/{upload_id}": {"Upload-Offset": "0"},
}
"""What a path cannot do without."""


def request_of(document: Json, path: str, method: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Arguments for a test client: the example body, what has to be there, and these names in the path."""
    operation = document["paths"][path][method.lower()]
    url = path
    for name, value in names.items():
        url = url.replace(f"{{{name}}}", value)
    request: dict[str, Any] = {"method": method, "url": url, "headers": {}, "params": {}}
    if path.startswith("/v1/uploads"):
        request["headers"] = {"Tus-Resumable": "1.0.0", **_HEADERS[path]}
    for parameter in operation.get("parameters", []):
        if parameter.get("in") == "query" and parameter.get("required"):
            request["params"][parameter["name"]] = "data://in/new.bin"
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json" or kind.endswith("+json"):
            request["json"] = example_of(document, content)
        else:
            request["content"] = b"" if path.startswith("/v1/uploads") else b"abc"
            request["headers"]["Content-Type"] = kind
        break
    return request


def example_of(document: Json, content: Json) -> Any:  # noqa: ANN401
    """The first example of a body."""
    if "examples" in content:
        return next(iter(content["examples"].values()))["value"]
    if "example" in content:
        return content["example"]
    schema = content["schema"]
    name = schema["$ref"].rpartition("/")[2]
    return document["components"]["schemas"][name]["examples"][0]


def send(client: httpx.Client, request: Mapping[str, Any]) -> httpx.Response:
    """Send it."""
    return client.request(**request)
