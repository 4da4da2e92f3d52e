"""Fetch a file from a Hugging Face repository over HTTPS, going on where an earlier try stopped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from models.catalogue import CatalogueModel, HuggingFaceSource
from models.transfer import Progress, Report, SourceFailed

# Where only package mirrors are reachable, this host is refused or swallowed: say so quickly.
CONNECT_TIMEOUT_S = 4.0
READ_TIMEOUT_S = 30.0
_BLOCK = 1 << 18


def fetch(source: HuggingFaceSource, model: CatalogueModel, part: Path, report: Report) -> None:
    """Complete ``part``. HF_ENDPOINT names a mirror, HF_TOKEN opens gated repositories.

    Raises:
        SourceFailed: the host cannot be reached, refuses, or stops in the middle; the part is kept.
    """
    import httpx

    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    url = f"{endpoint}/{source.repository}/resolve/{source.revision}/{source.file or model.file}"
    done = part.stat().st_size if part.is_file() else 0
    if model.bytes is not None and done == model.bytes:
        return
    timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=True) as client,
            client.stream("GET", url, headers=_headers(done)) as response,
        ):
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # the part is whole already; the digest decides
            response.raise_for_status()
            _append(response, model, part, done, report)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceFailed(f"{url}: {error or type(error).__name__}") from error


def _headers(done: int) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    if token := os.environ.get("HF_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _append(response: Any, model: CatalogueModel, part: Path, done: int, report: Report) -> None:
    """Write the body behind what is there, or from the start when the server ignored the range."""
    resumed = response.status_code == 206
    done = done if resumed else 0
    length = response.headers.get("Content-Length", "")
    total = done + int(length) if length.isdigit() else model.bytes
    text = "going on" if resumed else "downloading"
    with part.open("ab" if resumed else "wb") as stream:
        for block in response.iter_bytes(_BLOCK):
            stream.write(block)
            done += len(block)
            report(Progress(model.name, "download", f"{text} from Hugging Face", done, total))
    if total is not None and done != total:
        raise SourceFailed(f"the connection ended after {done} of {total} bytes")
