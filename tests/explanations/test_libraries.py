"""alibi 0.9.4 works with the Pillow, scikit-image and attrs that are locked here, caps or not."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

START = """
import sys, warnings
warnings.simplefilter("ignore")
from explanations.libraries import without_ray
without_ray()
import numpy as np
"""
TABULAR = """
from alibi.explainers import AnchorTabular
x = np.random.default_rng(0).normal(size=(200, 3))
explainer = AnchorTabular(lambda r: (r[:, 0] > 0).astype(int), ["a", "b", "c"], seed=0)
explainer.fit(x)
found = explainer.explain(np.array([1.5, 0.0, 0.0]), threshold=0.9)
assert any("a" in condition for condition in found.anchor), found.anchor
"""
IMAGE = """
from alibi.explainers import AnchorImage
image = np.zeros((24, 24, 3)); image[:8, :8] = 1.0
explainer = AnchorImage(lambda x: (x[:, :8, :8].mean(axis=(1, 2, 3)) > 0.4).astype(int), (24, 24, 3),
    segmentation_fn="slic", segmentation_kwargs={"n_segments": 9, "compactness": 20, "sigma": 0.5})
found = explainer.explain(image, threshold=0.8, p_sample=0.5)
assert found.anchor.shape == (24, 24, 3)
"""
TEXT = """
import spacy
from alibi.explainers import AnchorText
explainer = AnchorText(lambda texts: np.array([int("good" in t) for t in texts]),
    sampling_strategy="unknown", nlp=spacy.blank("en"))
assert "good" in explainer.explain("a good day", threshold=0.9).anchor
"""
ALE = """
from alibi.explainers import ALE
found = ALE(lambda x: x[:, 0] * 2, feature_names=["a", "b"]).explain(
    np.random.default_rng(0).normal(size=(100, 2)))
assert abs(np.ptp(found.ale_values[1])) < 1e-9 < np.ptp(found.ale_values[0])
"""


HAS_RAY = find_spec("ray") is not None
# An installed Ray stays, which is what `make test-ray` runs this for; else there is an empty stand-in for it.
STANDS = f"assert hasattr(sys.modules['ray'], 'init') is {HAS_RAY}\n"


def test_alibi_works_with_what_is_locked_and_with_ray_where_it_is_installed() -> None:
    # One after the other: alibi takes seconds to import.
    code = START + TABULAR + IMAGE + TEXT + ALE + STANDS
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_caps_that_we_override_are_really_exceeded() -> None:
    assert version("alibi") == "0.9.4"
    assert int(version("pillow").split(".")[0]) >= 12
    assert tuple(map(int, version("scikit-image").split(".")[:2])) >= (0, 25)


def test_asking_for_explanations_loads_no_slow_library() -> None:
    code = (
        "import sys, explanations, explanations.contract, explanations.worker\n"
        "from explanations.methods import methods; assert len(methods()) >= 5\n"
        "print(*(name.partition('.')[0] for name in sys.modules))"
    )
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).split())
    assert not loaded & {"alibi", "shap", "sklearn", "pandas", "numba", "spacy", "streamlit"}
