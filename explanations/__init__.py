"""Why a model answered as it did. Importing this room is light: slow libraries load in processes.

from explanations import Explainers, suited
"""

from explanations.contract import Attribution, Budget, Explanation, Method, Progress
from explanations.errors import ExplanationCancelled, ExplanationFailed, ExplanationTooDear
from explanations.explaining import ExplanationRequest
from explanations.job import Job
from explanations.methods import methods, suited
from explanations.target import Target
from explanations.worker import Explainers, InlineExplainers

__all__ = [
    "Attribution",
    "Budget",
    "Explainers",
    "Explanation",
    "ExplanationCancelled",
    "ExplanationFailed",
    "ExplanationRequest",
    "ExplanationTooDear",
    "InlineExplainers",
    "Job",
    "Method",
    "Progress",
    "Target",
    "methods",
    "suited",
]
