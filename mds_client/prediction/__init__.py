"""The answer of a model: its raw outputs, and the same in the model's own words.

`answers` puts outputs into words by their roles; `output_parsing`, `object_detection`, `segmentation` and
`masks` read what is more than a number or a label.
"""

from mds_client.prediction.prediction import JSON_TEXT, Answer, Box, Output, Prediction

__all__ = ["JSON_TEXT", "Answer", "Box", "Output", "Prediction"]
