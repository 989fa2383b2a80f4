"""Rules: a phrase of a library, and what follows from it. A new library is a new rule in RULES."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mds_client.schema_learning.probing.hint import Hint
from mds_client.schema_learning.probing.meanings import (
    bulleted_names,
    listed_names,
    names_within,
    one_name,
    separated_names,
    typed_names,
    unordered_names,
    wanted_width,
    width_not_ours,
)

_Means = Callable[[re.Match[str], str, int], Hint | None]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way in which a library says what it wants. `means` is given the match, the text and how many
    values were sent."""

    library: str
    phrase: re.Pattern[str]
    means: _Means


_WANT = r"(?P<want>\d{1,9})"
_N = r"\d{1,9}"
_SHAPE = r"[\(\[]([\d, ]{1,60})[\)\]]"


def _rules(library: str, means: _Means, *phrases: str) -> Iterator[Rule]:
    for phrase in phrases:
        yield Rule(library=library, phrase=re.compile(phrase), means=means)


RULES: tuple[Rule, ...] = (
    *_rules("MLflow", typed_names, r"with schema '\["),
    *_rules("MLflow", listed_names, r"[Mm]odel is missing inputs \["),
    *_rules("MLflow", wanted_width, rf"does not match expected shape \(-?{_N}, {_WANT}\)"),
    *_rules("scikit-learn", unordered_names, r"columns are missing: \{"),
    *_rules(
        "scikit-learn", bulleted_names, r"Feature names seen at fit time, yet now missing:(?=\n)"
    ),
    *_rules(
        "scikit-learn",
        wanted_width,
        rf"X has {_N} features?, but [\w.]{{1,200}} is expecting {_WANT} features?",
        rf"X has {_N} features? per sample[;,] expecting {_WANT}",
        rf"[Mm]odel n_features is {_WANT} and input n_features is",
        rf"X\.shape\[1\] = {_N} should be equal to {_WANT}",
        rf"Got {_N} features, expected {_WANT}",
        rf"Expected input with {_WANT} features, got {_N}",
        rf"[Nn]umber of features {_N} does not match previous data {_WANT}",
        rf"X\.shape\[1\] == {_N} while Y\.shape\[1\] == {_WANT}",
        rf"n_features={_N} while the model has been trained with n_features={_WANT}",
    ),
    *_rules(
        "LightGBM",
        wanted_width,
        rf"features in data \({_N}\) is not the same as it was in training data \({_WANT}\)",
    ),
    *_rules("XGBoost", listed_names, r"feature_names mismatch: \["),
    *_rules("XGBoost", separated_names, r"(?m:^)expected (?=[^\n]{1,3000} in input data)"),
    *_rules(
        "XGBoost",
        wanted_width,
        rf"Feature shape mismatch, expected: {_WANT}, got",
        rf"num_feature >= [^\n]{{0,100}}?\({_WANT} vs\. {_N}\)",
    ),
    *_rules("CatBoost", one_name, r"should be feature with name (?P<name>[^\n]{1,200}?) \(found"),
    *_rules("ONNX Runtime", listed_names, r"Required inputs \(\["),
    *_rules("ONNX Runtime", one_name, r"Missing Input: (?P<name>[^\s\"']{1,200})"),
    *_rules("ONNX Runtime", wanted_width, rf"index: 1 Got: {_N} Expected: {_WANT}"),
    *_rules("Triton", listed_names, r"missing required input\(s\) \["),
    *_rules("Triton", wanted_width, rf"[Ee]xpected \[-?{_N}, ?{_WANT}\],? got"),
    *_rules(
        "Keras",
        wanted_width,
        rf"expected axis -1 of input shape to have value {_WANT}",
        rf"expected shape=\(None, {_WANT}\), found",
        rf"to have shape \({_WANT},\) but got array",
    ),
    *_rules("TensorFlow", wanted_width, rf"In\[0\]: \[{_N},{_N}\], In\[1\]: \[{_WANT},"),
    *_rules("TensorFlow", width_not_ours, rf"Incompatible shapes: {_SHAPE} vs\. {_SHAPE}"),
    *_rules(
        "PyTorch",
        wanted_width,
        rf"shapes cannot be multiplied \({_N}x{_N} and {_WANT}x{_N}\)",
        rf"size mismatch, m1: \[{_N} x {_N}\], m2: \[{_WANT} x {_N}\]",
        rf"normalized_shape=\[{_WANT}\], expected input",
        rf"running_mean should contain {_N} elements not {_WANT}",
    ),
    *_rules(
        "NumPy",
        wanted_width,
        rf"\(size {_WANT} is different from {_N}\)",
        rf"shapes \({_N},{_N}\) and \({_WANT},(?:{_N})?\) not aligned",
    ),
    *_rules(
        "NumPy", width_not_ours, rf"could not be broadcast together with shapes {_SHAPE} {_SHAPE}"
    ),
    *_rules("pandas", listed_names, r"None of \[Index\(\["),
    *_rules("pandas", names_within, r"\[(?P<names>['\"][^\]]{1,2000})\] not in index"),
    *_rules("pydantic", listed_names, r"these fields are missing: \["),
    *_rules("Python", one_name, r"KeyError: ['\"](?P<name>[^'\"\n]{1,200})['\"]"),
    *_rules(
        "the model",
        listed_names,
        r"(?i:missing (?:required )?(?:inputs?|fields?|columns?|features?|keys?)):? ?[\[\{\(]",
    ),
    *_rules(
        "the model",
        one_name,
        r"(?i:input|field|column|feature|key) ['\"](?P<name>[^'\"\n]{1,200})['\"] is (?:missing|required)",
    ),
)
