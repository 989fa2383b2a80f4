"""What the name of an output says of its part in an answer, before anybody looks at its data.

Names come in any spelling: `predictedClass`, `predicted-class` and `predicted_class` are the same words. The
last word carries the meaning, as in English compounds: `churn_probability` is a probability, and
`prediction_time_ms` is a time.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Meaning = Literal["answer", "code", "probability", "labels", "detail", "aside", "envelope", ""]
"""`answer` holds what was asked for, `code` its class as a number, `probability` how sure the model is, `labels`
the words for the classes, `detail` never is the answer, `aside` rarely is, `envelope` wraps the answer."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Ranks of names for the answer, the most telling first.
_PREDICTED = (
    "prediction predictions predicted predict pred preds vorhersage prediccion predizione previsao"
)
_LABELLED = """label class classname species category klasse classe clase klass etichetta etiqueta kategorie
 categorie categoria sentiment emotion intent intention topic genre breed diagnosis disease outcome verdict decision classification
 recommendation cluster segment risk tier grade band bucket species flower fruit digit"""
_ANSWERED = """answer output outputs estimate estimation forecast yhat antwort reponse respuesta risposta
 resposta salida sortie ausgabe regression expected mean"""
_RESULT = "result results response return value data payload ergebnis resultat resultado risultato wert valeur valor"
_QUANTITY = """price amount cost revenue demand sales salary temperature quantity eta y text summary translation
 transcript transcription transcribed completion reply generated caption content preis"""
_RANKS = {
    word: rank
    for rank, words in enumerate((_PREDICTED, _LABELLED, _ANSWERED, _RESULT, _QUANTITY))
    for word in words.split()
}
_PROBABILITY = {
    word: rank
    for rank, words in enumerate((
        "probability probabilities prob probs proba probas wahrscheinlichkeit probabilite probabilidad probabilita "
        "probabilidade likelihood posterior softmax",
        "confidence confidences conf certainty konfidenz confianza confiance confidenza confianca sicherheit",
        "score scores",
    ))
    for word in words.split()
}  # fmt: skip
_LABELS = _words(
    """
    labels classes names columns categories targets
    """
)
_DETAIL = _words(
    """
    id ids uuid guid ulid status success successful succeeded ok time timing timings timestamp ts took
    elapsed latency duration runtime ms millis milliseconds seconds secs sec us ns version versions
    revision currency threshold thresholds cutoff model models request session trace span correlation
    host hostname device region worker pod node container server service endpoint url uri href link
    links path route user customer client account tenant metadata meta usage tokens debug log logs error
    errors exception traceback stack warning warnings input inputs feature features instance instances
    parameters params config settings options importance importances shap attribution attributions
    contributions explanation explanations std stddev stderr sigma variance var uncertainty margin
    deviation ci interval logit logits logprob logprobs odds entropy hash checksum sha md5
    commit build env environment cached cache hit seed shape dtype datatype schema encoding mimetype
    created updated started completed finished done at datetime metrics total_time license author copyright
    credits quota billing page offset limit unit units city town country street address zip
    role postcode email phone file filename sku isbn ticket order invoice patient applicant machine sensor
    """
)
_ASIDE = _words(
    """
    code name type kind state message msg description reason note notes comment info count counts total
    size length n number index idx rank position start end date day key ref reference language lang
    locale source origin title body content data token word query question prompt sequence raw encoded
    rounded percentile level target group
    """
)
_ASIDE_LABELS = (
    "name",
    "type",
    "kind",
    "state",
    "code",
    "language",
    "lang",
    "level",
    "group",
)
_ALONE_NO_ANSWERS = _words("code count counts n size length index idx message msg info status")
_LAST_OF_NO_ANSWERS = (("version",), ("revision",), ("id",), ("ids",), ("uuid",))
_ENVELOPE = _words(
    """
    data result results response responses output outputs prediction predictions payload body content
    answer return value values d item items instance object json jsondata classification inference
    model_output resultado ergebnis resultat choices generations message
    """
)
_MEASURED = _words(
    """
    float double int number num sim similarity distance ratio rate index price tip fare weight height length
    width depth speed load power energy volume share mae rmse mse loss accuracy auc growth yield pd lgd churn
    fraud default toxicity polarity anomaly
    """
)
# What is asked of many models: a truth or a word under such a name is the answer.
_EVENTS = _words(
    """
    churn churned fraud fraudulent default defaulted anomaly anomalous outlier spam toxic toxicity malicious malignant
    malware benign survived survival attrition converted conversion click clicked approved approval eligible
    eligibility accepted rejected reject flagged readmitted readmission positive alert duplicate match fault faulty
    defect defective failure hazardous hate offensive sarcasm phishing bot intrusion attack drift relevant
    """
)
_ATTRIBUTIONS = _words(
    """
    shap shapley lime importance importances attribution attributions contribution contributions explanation
    explanations feature features weight weights saliency influence
    """
)
_GRADES = _words("grade tier band risk level segment group bucket rating decile")
_PERCENT = {"pct", "percent", "percentage", "prozent"}
_UNITS = _words(
    """
    usd eur gbp chf jpy euro euros dollars kg km cm mm kwh mwh celsius kelvin
    """
)
_CODES = {"id", "ids", "index", "idx", "code", "number", "encoded"}
# With `prediction` before them they say something of it: a predicted date may be the answer, a prediction's is none.
_OF_ANSWERS = _words(
    """
    type kind date day source origin mode method horizon window index start end note comment description reason
    message msg count rank key ref reference step
    """
)
# A truth of such a name, as `is_reliable`, is about the answer.
_ABOUT_ANSWERS = _words(
    """
    reliable confident certain sure final fallback default more error errors warning warnings truncated complete empty
    ready available cached supported mock test demo
    """
)
_VECTORS = _words("embedding embeddings vector vectors vec vecs logit logits")
_FOUND = _words(
    "ner extractions entities keywords keyphrases phrases mentions objects detections matches spans tokens segments words"
)
_FOUND_IN_TEXT = _words("entities keywords keyphrases phrases mentions spans")
_PREFIXED = {"predicted", "pred", "prediction", "estimated", "expected", "forecast", "forecasted"}
_OF_REQUESTS = {
    "request",
    "job",
    "task",
    "response",
    "http",
    "api",
    "server",
    "run",
    "model",
    "service",
}
# They name the label in general and say nothing of which.
_OF_ANY = {"class", "label", "predicted", "prediction", "pred", "model", "max", "top", "best", "the", "of", "output",
           "confidence", "level", "value", "raw", "final", "overall", "category", "winner", "winning", "answer", "result",
           "rate"}  # fmt: skip


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in small letters without accents, whichever way it joins them."""
    return tuple(word.casefold() for word in _WORDS.findall(_plain(name[:200])))


def _plain(name: str) -> str:
    """The letters without their accents."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _bare(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without the unit: `price_usd` is a price, `confidence_pct` a confidence."""
    units = _PERCENT | _UNITS
    without_percent = tuple(word for word in words if word not in _PERCENT)
    return (
        without_percent[:-1]
        if len(without_percent) > 1 and without_percent[-1] in units
        else without_percent
    )


@lru_cache(maxsize=4096)
def meaning(name: str) -> Meaning:
    """What a name says; empty for one that says nothing."""
    words = words_of(name)
    bare = _bare(words)
    if not bare:
        return "probability" if words else ""
    last, rest = bare[-1], bare[:-1]
    if _is_code(last, rest):
        return "code"
    if bare == ("scored", "labels"):
        return "answer"  # of one row each, as Azure's studio names them
    if last in _LABELS and not (last in ("names", "columns") and set(rest[-1:]) & _OF_REQUESTS):
        return "labels"
    return _probable(bare) or _detailed(last, rest) or _answering(bare)


def _answering(words: tuple[str, ...]) -> Meaning:
    """`predicted_price`, `class_name`, `label`; `name` alone rarely is an answer."""
    last, rest = words[-1], words[:-1]
    is_name_of_class = last == "name" and _rank(rest) == 1
    if last in _OF_ANSWERS and rest[-1:] in (("prediction",), ("forecast",)):
        return "aside"
    if is_name_of_class or _rank(words) is not None:
        return "answer"
    return "aside" if last in _ASIDE else ""


def _is_code(last: str, rest: tuple[str, ...]) -> bool:
    """`class_id`, `predicted_class_index`; a `prediction_id` is that of a record."""
    if last not in _CODES or not rest:
        return False
    return _RANKS.get(rest[-1]) == 1 or (last not in ("id", "ids") and bool(set(rest) & _PREFIXED))


def _probable(words: tuple[str, ...]) -> Meaning | None:
    """`churn_probability`, `probability_of_churn`, `p_churn`, `predict_proba`; not `probability_threshold`."""
    last = words[-1]
    if words == ("p", "value"):
        return "detail"  # of a test, and no probability of an answer
    if last in _PROBABILITY or words == ("p",):
        return "probability"
    if last in _DETAIL or len(words) < 2:
        return None
    is_first = words[0] in _PROBABILITY or (words[0] == "p" and not last.isdigit())
    return "probability" if is_first and last not in ("type", "kind", "name") else None


def _detailed(last: str, rest: tuple[str, ...]) -> Meaning | None:
    if last == "status" and rest and not set(rest) & _OF_REQUESTS:
        return "aside"  # loan_status is what somebody asked for
    if last in _DETAIL or (rest in (("is",), ("has",)) and last in _ABOUT_ANSWERS):
        return "detail"
    if last in ("name", "type", "code", "date", "number", "key", "message", "count") and set(
        rest
    ) & (_OF_REQUESTS | _DETAIL):
        return "detail"
    return None


def _rank(words: tuple[str, ...]) -> int | None:
    """How telling a name for an answer is: 0 the most; None for no such name."""
    if set(words) & _PREFIXED:
        return 0
    if len(words) > 1 and words[0] in ("is", "has", "will") and words[-1] not in _ASIDE:
        return 4
    if words[-1:] == ("pred",) or "".join(words) == "yhat":
        return 2 if words[0] == "y" and words[-1] == "hat" else 0
    return _RANKS.get(words[-1]) if words else None


def answer_rank(name: str) -> int:
    """How telling a name for an answer is, 0 the most; 9 for a name that says nothing."""
    bare = _bare(words_of(name))
    bare = bare[:-1] if bare[-1:] == ("name",) and len(bare) > 1 else bare
    rank = _rank(bare)
    return 9 if rank is None else rank


def is_beside(name: str) -> bool:
    """Whether a number or text under such a name is about an answer, also where nothing else came."""
    words = words_of(name)
    return "".join(words) in _ALONE_NO_ANSWERS or words[-1:] in _LAST_OF_NO_ANSWERS


def may_be_label(name: str) -> bool:
    """Whether a name that rarely is the answer's may be, where nothing else is: the `language` of a text."""
    words = words_of(name)
    return words[-1:] != () and (
        words[-1] in _ASIDE_LABELS or (words[-1] == "status" and len(words) > 1)
    )


def is_measured(name: str) -> bool:
    """Whether a number under such a name is a quantity or a rate, and no probability of a class of that name."""
    words = [re.sub(r"\d", "", word) for word in words_of(name)]
    return any(word in _MEASURED for word in words)


def is_attribution(name: str) -> bool:
    """Whether numbers under such a name say how much each input mattered: `shap_scores`, `feature_importance`."""
    return bool(_ATTRIBUTIONS & set(words_of(name)))


def is_event(name: str) -> bool:
    """Whether it names what many models are asked for, as `churn` or `is_fraud`."""
    return bool(_EVENTS & set(words_of(name)))


def is_grade(name: str) -> bool:
    """Whether it names a step of a scale, as a `band` is one of a score."""
    return words_of(name)[-1:] != () and words_of(name)[-1] in _GRADES


def probability_rank(name: str) -> int:
    """A probability goes before a confidence, and that before a score."""
    return min((_PROBABILITY[w] for w in words_of(name) if w in _PROBABILITY), default=0)


def whose_probability(name: str) -> tuple[str, ...]:
    """The words of a probability's name that say of what it is one: `churn` of `churn_probability`."""
    skipped = _OF_ANY | _PERCENT | _PROBABILITY.keys() | {"p", "predict"}
    return tuple(word for word in words_of(name) if word not in skipped)


def label_in(name: str) -> str:
    """The class that a probability's name says, spelt as it is there: `A` of `Prob(A)`, `no churn` of `p_no_churn`."""
    words = whose_probability(name)
    letters = unicodedata.normalize("NFC", name)
    spans = list(_WORDS.finditer(_plain(letters)))
    if not words or len(_plain(letters)) != len(letters):
        return " ".join(words)
    kept = [span for span in spans if span[0].casefold() in words]
    return letters[kept[0].start() : kept[-1].end()].replace("_", " ")


def names_classes(name: str) -> bool:
    """Whether it is a name for the words of the classes; `names` alone may be those of the inputs."""
    words = words_of(name)
    is_of_classes = any(_RANKS.get(word) in (0, 1) for word in words[:-1])
    return words[-1:] in (("labels",), ("classes",), ("categories",)) or (
        words[-1:] in (("names",), ("targets",)) and (is_of_classes or words[0] == "target")
    )


def is_vector(name: str) -> bool:
    """Whether numbers under such a name are no probabilities, whatever they add up to."""
    return bool(_VECTORS & set(words_of(name)[-1:]))


def lists_what_was_found(name: str) -> bool:
    """Whether each entry under such a name is one of many things that were found: one alone is no answer either."""
    return bool(_FOUND & set(words_of(name)[-1:]))


def finds_in_text(name: str) -> bool:
    """Whether what stands under such a name was found in a text: one beside it rather is what was asked about."""
    return bool(_FOUND_IN_TEXT & set(words_of(name)[-1:]))


def is_percentage(name: str) -> bool:
    """Whether the name says that the number is in percent."""
    return bool(_PERCENT & set(words_of(name)))


def is_envelope(name: str) -> bool:
    """Whether answers are wrapped under such a name."""
    words = words_of(name)
    return bool(words) and (words[-1] in _ENVELOPE or "".join(words) in _ENVELOPE)
