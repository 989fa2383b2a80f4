"""Which of several outputs is the answer, and which says how sure the model is, by their names."""

from __future__ import annotations

from collections.abc import Sequence

from mds_client.prediction import Output
from mds_client.prediction.answer_parts import Part, are_shares, is_label, sums_to_one
from mds_client.prediction.output_names import (
    finds_in_text,
    is_event,
    may_be_label,
    names_classes,
    probability_rank,
)
from mds_client.prediction.shares import share_of

_SAYS_NOTHING = frozenset(
    ("ok", "okay", "success", "successful", "succeeded", "done", "completed", "complete", "ready", "200")
)  # fmt: skip
_OF_CASES = ("name", "state", "code")
_NEVER = ("probability", "labels", "detail")
_TEXTUAL = 4  # the rank of names for prose, which a label goes before


def surest(parts: Sequence[Part]) -> Part | None:
    """The output that says how sure the model is: all probabilities before one, a probability before a score."""
    lists = [part for part in parts if _is_probable_list(part)]
    named = [part for part in lists if part.meaning == "probability"]
    single = [part for part in parts if _is_probable(part)]
    of_the_answer = [part for part in lists if not _is_of_others(part, parts)]
    candidates = named or of_the_answer or single or lists
    return min(candidates, key=lambda part: probability_rank(part.name), default=None)


def _is_of_others(part: Part, parts: Sequence[Part]) -> bool:
    """Whether the labels of probabilities are other words than those beside them: `alternatives`."""
    words = {str(part.first) for part in parts if part.is_worded}
    labels = part.output.labels
    return bool(labels) and bool(words) and not set(words) & set(labels)


def head_of(parts: Sequence[Part], sure: Part | None, beside: Output | None) -> Part | None:
    """The output that is the answer; None where nothing tells. `beside` says how sure the model is of it."""
    open_to = [part for part in parts if part is not sure and _is_open(part)]
    named = _of_meaning(open_to, "answer")
    telling = [part for part in named if not _is_about_success(part)]
    if named:
        best = _most_telling(_without_place(telling or named, parts))
        return None if best is None or _may_be_input(best, open_to) else best
    return _without_name(open_to, parts, beside)


def _without_name(
    open_to: Sequence[Part], parts: Sequence[Part], beside: Output | None
) -> Part | None:
    """The answer where no output is named so: a class's number, the word of a list of one, or all that is left."""
    codes = _of_meaning(open_to, "code")
    if codes:
        return codes[0] if len(codes) == 1 else None
    return _label_alone(parts, beside) or _only(open_to, parts, beside)


def _label_alone(parts: Sequence[Part], beside: Output | None) -> Part | None:
    """The one word under `labels`, beside the one probability: a list of each was sent, with one entry."""
    words = [part for part in parts if names_classes(part.name) and part.is_worded]
    is_one = beside is not None and len(beside.row(0)) == 1 and len(words) == 1
    return words[0] if is_one and not words[0].is_empty else None


def _may_be_input(best: Part, open_to: Sequence[Part]) -> bool:
    """Whether a name such as `amount` or `text`, which inputs have too, stands beside a value that no rule knows."""
    others = [part for part in open_to if part is not best and not part.meaning and part.is_single]
    is_searched = best.is_worded and any(finds_in_text(part.name) for part in open_to)
    return best.rank >= _TEXTUAL and (bool(others) or is_searched)


def _is_open(part: Part) -> bool:
    return not part.is_empty and part.meaning not in _NEVER and not part.is_bound


def _of_meaning(parts: Sequence[Part], meaning: str) -> list[Part]:
    return [part for part in parts if part.meaning == meaning and part.is_single]


def _is_probable(part: Part) -> bool:
    """One number under the name of a probability, or a text that is one."""
    if part.meaning != "probability" or not part.is_single or part.first is None:
        return False
    return not part.is_worded or share_of(part.name, part.first) is not None


def _is_probable_list(part: Part) -> bool:
    """A probability for each class: under its name, with labels, or adding up to one."""
    output = part.output
    if part.meaning in ("detail", "aside") or len(output.shape) > 2:
        return False
    if output.labels or sums_to_one(output):
        return True
    is_list = len(output.shape) == 2 and len(output.row(0)) > 1
    return is_list and part.meaning == "probability" and are_shares(output.row(0))


def _without_place(named: Sequence[Part], parts: Sequence[Part]) -> Sequence[Part]:
    """Without an output `y` beside an `x`: both are coordinates."""
    if all(part.name.casefold() != "x" for part in parts):
        return named
    return [part for part in named if part.name.casefold() != "y"]


def _most_telling(named: Sequence[Part]) -> Part | None:
    """The one with the most telling name; where it is a class's number, the word for it."""
    if not named:
        return None
    best = min(part.rank for part in named)
    head = _of_equals([part for part in named if part.rank == best])
    if head is None or not head.may_be_code:
        return head
    worded = [part for part in named if _is_word_for_a_class(part)]
    return _of_equals(worded) if worded else head


def _is_word_for_a_class(part: Part) -> bool:
    return part.is_worded and part.rank < _TEXTUAL and not part.may_be_code


def _of_equals(parts: Sequence[Part]) -> Part | None:
    """One of several with names that tell as much: the only one, the only one in words, or all say the same."""
    worded = [part for part in parts if part.is_worded]
    for some in (parts, worded):
        if len({str(list(part.output.data)) for part in some}) == 1:
            return some[0]
    return None


def _only(open_to: Sequence[Part], parts: Sequence[Part], beside: Output | None) -> Part | None:
    """The only output that is left, with a name that no rule knows or that rarely is an answer's."""
    last_resorts = _last_resorts(open_to, beside)
    if (
        len(last_resorts) != 1
        or not last_resorts[0].is_single
        or _is_about_success(last_resorts[0])
        or any(_is_named_list(part) for part in open_to)
    ):
        return None
    (part,) = last_resorts
    if beside is None:
        return part if not part.is_worded or is_label(part.first) else None
    return part if _is_word(part) and _is_told(part, parts, beside) else None


def _is_named_list(part: Part) -> bool:
    """Whether its name says that it is the answer, and it has several values: a number beside it is about these."""
    return part.meaning == "answer" and not part.is_single


def _last_resorts(open_to: Sequence[Part], beside: Output | None) -> list[Part]:
    """Those with names that say nothing; beside one probability also the `language` or `name` of something."""
    unknown = [part for part in open_to if not part.meaning]
    if beside is None or len(beside.row(0)) > 1:
        return unknown
    single = [part for part in unknown if part.is_single]
    asides = [part for part in open_to if part.meaning == "aside" and _is_label_of(part, beside)]
    return single or asides


def _is_label_of(part: Part, beside: Output) -> bool:
    """Beside a mere score a `name` is more likely that of what was asked about."""
    is_of_case = part.name.casefold() in _OF_CASES and probability_rank(beside.name) > 1
    return may_be_label(part.name) and not is_of_case


def _is_word(part: Part) -> bool:
    """Whether it is a truth, or a text that may name a class."""
    return isinstance(part.first, bool) or (part.is_worded and is_label(part.first))


def _is_told(part: Part, parts: Sequence[Part], beside: Output) -> bool:
    """Whether its name is known, and its value one of the labels that have probabilities, where these are known.

    Under a name that no rule knows only such a label is the answer: it might be anything about the case.
    """
    listed = (value for p in parts if p.meaning == "labels" for value in p.output.data)
    known = set(map(str, listed)) or set(beside.labels)
    is_listed = str(part.first) in known
    is_named = part.meaning == "aside" or is_event(part.name)
    return is_listed or (is_named and (not known or isinstance(part.first, bool)))


def _is_about_success(part: Part) -> bool:
    """A word for success: what stands under `result` or `output` then is no answer."""
    if not isinstance(part.first, str) or part.rank <= 1:
        return False
    return part.first.strip().casefold() in _SAYS_NOTHING
