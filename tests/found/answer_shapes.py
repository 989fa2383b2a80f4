"""What services answer to one row, and what of it is the answer: made up, in the shapes that are seen in the field.

Each line is the body, the kind of the answer, its headline, the probabilities (or the score with its name) and the
names of what stands beside them. OWN is a form of its own: nothing tells which part is the answer, and a wrong
headline would be worse.
"""

from __future__ import annotations

from typing import Any

OWN = "The model answered in a form of its own"
NONE: dict[str, float] = {}
Shape = tuple[Any, str, str, "dict[str, float] | tuple[str, float]", tuple[str, ...]]

NAMED: list[Shape] = [
    ({"prediction": "yes", "probability": 0.8}, "class", "yes", {"yes": 0.8}, ()),
    ({"prediction": "yes"}, "text", "yes", NONE, ()),
    ({"prediction": 1, "probability": 0.8}, "class", "1", {"1": 0.8}, ()),
    ({"label": "cat", "score": 0.9}, "class", "cat", {"cat": 0.9}, ()),
    ({"class": "yes", "confidence": 0.8}, "class", "yes", {"yes": 0.8}, ()),
    ({"species": "Adelie", "proba": 0.9}, "class", "Adelie", {"Adelie": 0.9}, ()),
    ({"prediction": [1]}, "number", "1", NONE, ()),
    ({"status": "ok", "prediction": "yes"}, "text", "yes", NONE, ("status",)),
    ({"success": True, "result": "yes"}, "text", "yes", NONE, ("success",)),
    ({"time_ms": 12.3, "prediction": "yes"}, "text", "yes", NONE, ("time_ms",)),
    ({"id": 7, "prediction": "no"}, "text", "no", NONE, ("id",)),
    ({"prediction": 250.5, "currency": "USD"}, "number", "250", NONE, ("currency",)),
    ({"churn": True, "probability": 0.7}, "class", "true", {"true": 0.7}, ()),
    ({"error": None, "prediction": "yes"}, "text", "yes", NONE, ("error",)),
    ({"answer": "Paris", "score": 0.97, "start": 3, "end": 8}, "class", "Paris", {"Paris": 0.97}, ("start", "end")),
    ({"outcome": "approve", "probability": 0.77, "applicant_ref": "A-17"}, "class", "approve", {"approve": 0.77}, ("applicant_ref",)),
    ({"forecast": 12.5, "std": 1.2, "n_obs": 100}, "number", "12.5", NONE, ("std", "n_obs")),
    ({"eta_minutes": 17.3, "tripId": "T1"}, "number", "17.3", NONE, ("tripId",)),
    ({"sentiment": "positive", "polarity": 0.8, "subjectivity": 0.3}, "class", "positive", NONE, ("polarity", "subjectivity")),
    ({"language": "de", "confidence": 0.98}, "class", "de", {"de": 0.98}, ()),
    ({"digit": 7, "confidence": 0.95}, "class", "7", {"7": 0.95}, ()),
    ({"class_id": 3, "confidence": 0.8}, "class", "3", {"3": 0.8}, ()),
    ({"cluster": 4, "distance": 1.2}, "class", "4", NONE, ("distance",)),
    ({"anomaly": True, "score": -0.12}, "class", "true", ("score", -0.12), ()),
    ({"value": 3.2, "unit": "kg"}, "number", "3.2", NONE, ("unit",)),
    ({"timestamp": "2024-01-01", "value": 17.2}, "number", "17.2", NONE, ("timestamp",)),
    ({"mean": 3.2, "variance": 0.4}, "number", "3.2", NONE, ("variance",)),
    ({"hazard_ratio": 1.8, "ci_low": 1.1, "ci_high": 2.9}, "number", "1.8", NONE, ()),
    ({"foo": 3.4, "request_id": "r1"}, "number", "3.4", NONE, ("request_id",)),
    ({"Vorhersage": "ja", "Wahrscheinlichkeit": 0.8}, "class", "ja", {"ja": 0.8}, ()),
    ({"classe": "oui", "probabilité": 0.8}, "class", "oui", {"oui": 0.8}, ()),
    ({"text": "I love it", "label": "POSITIVE", "score": 0.99}, "class", "POSITIVE", {"POSITIVE": 0.99}, ("text",)),
    ({"question": "Who?", "answer": "Bob", "context": "Bob did."}, "text", "Bob", NONE, ("question", "context")),
    ({"result": "success", "label": "cat"}, "class", "cat", NONE, ("result",)),
    ({"prediction": "yes", "explanation": {"age": 0.3}, "probability": 0.8}, "class", "yes", {"yes": 0.8}, ("explanation",)),
    ({"fraud": 0.03, "modelVersion": "2.1"}, "number", "0.03", NONE, ("modelVersion",)),
    ({"probability": 0.3}, "number", "0.3", NONE, ()),
    ({"churn-probability": 0.3, "model-name": "x"}, "number", "0.3", NONE, ("model-name",)),
]  # fmt: skip

CODES: list[Shape] = [
    ({"predicted_class": "yes", "predicted_class_index": 1, "probability": 0.8}, "class", "yes", {"yes": 0.8}, ("predicted_class_index",)),
    ({"prediction": 0, "label": "no churn", "probability": [0.9, 0.1]}, "class", "no churn", {"no churn": 0.9, "Class 1": 0.1}, ("prediction",)),
    ({"class": 1, "class_name": "yes", "probability": "80%"}, "class", "yes", {"yes": 0.8}, ("class",)),
    ({"prediction": "1", "label": "Malignant", "confidence": "97.2 %"}, "class", "Malignant", {"Malignant": 0.972}, ("prediction",)),
    ({"species": "setosa", "species_id": 0, "probabilities": [0.97, 0.02, 0.01]}, "class", "setosa", {"setosa": 0.97, "Class 1": 0.02, "Class 2": 0.01}, ("species_id",)),
    ({"y_pred": 1, "y_proba": [0.1, 0.9], "threshold": 0.5}, "class", "1", {"1": 0.9, "0": 0.1}, ("threshold",)),
    ({"label": 0, "proba": [0.9, 0.1]}, "class", "0", {"0": 0.9, "1": 0.1}, ()),
    ({"label": 0, "proba": [0.2, 0.8]}, "class", "0", {"Class 1": 0.8, "Class 0": 0.2}, ()),
]  # fmt: skip

# A probability that may be that of the case that is looked for goes under the model's own name.
WHOSE: list[Shape] = [
    ({"prediction": 0, "probability": 0.13}, "class", "0", ("probability", 0.13), ()),
    ({"prediction": "no", "probability": 0.2}, "class", "no", ("probability", 0.2), ()),
    ({"is_fraud": False, "fraudScore": 0.03, "rules_hit": []}, "class", "false", ("fraudScore", 0.03), ("rules_hit",)),
    ({"label": "legit", "fraud_probability": 0.6}, "class", "legit", ("fraud_probability", 0.6), ()),
    ({"label": "fraud", "fraud_probability": 0.6}, "class", "fraud", {"fraud": 0.6}, ()),
    ({"prediction": 35000.5, "confidence": 0.9}, "number", "35,000", ("confidence", 0.9), ()),
    ({"prediction": "cat", "confidence": 97.3}, "class", "cat", {"cat": 0.973}, ()),
    ({"label": "cat", "score": 12.3}, "class", "cat", ("score", 12.3), ()),
    ({"loan_status": "approved", "approval_probability": 0.81}, "class", "approved", ("approval_probability", 0.81), ()),
]  # fmt: skip

PROBABILITIES: list[Shape] = [
    ({"setosa": 0.98}, "class", "setosa", {"setosa": 0.98}, ()),
    ({"setosa": 0.03}, "multilabel", "None of the labels", {"setosa": 0.03}, ()),
    ({"positive": 0.7, "neutral": 0.2, "negative": 0.1}, "class", "positive", {"positive": 0.7, "neutral": 0.2, "negative": 0.1}, ()),
    ({"class": "yes", "probabilities": {"yes": 0.8, "no": 0.2}}, "class", "yes", {"yes": 0.8, "no": 0.2}, ()),
    ({"scores": {"toxic": 0.9, "insult": 0.7}}, "multilabel", "toxic, insult", {"toxic": 0.9, "insult": 0.7}, ()),
    ({"probabilities": {"yes": "80%", "no": "20%"}}, "class", "yes", {"yes": 0.8, "no": 0.2}, ()),
    ({"confidences": {"a": 70, "b": 30}}, "class", "a", {"a": 0.7, "b": 0.3}, ()),
    ({"p_yes": 0.8, "p_no": 0.2, "decision": "yes"}, "class", "yes", {"yes": 0.8, "no": 0.2}, ()),
    ({"output": [0.1, 0.2, 0.7], "classes": ["a", "b", "c"]}, "class", "c", {"c": 0.7, "b": 0.2, "a": 0.1}, ()),
    ({"sequence": "I love", "labels": ["pos", "neg"], "scores": [0.9, 0.1]}, "class", "pos", {"pos": 0.9, "neg": 0.1}, ("sequence",)),
    ({"prediction": ["yes"], "probabilities": [[0.2, 0.8]]}, "class", "yes", {"yes": 0.8, "Class 0": 0.2}, ()),
    ({"survived": True, "proba": {"a": 0.9, "b": 0.1}}, "class", "true", {"a": 0.9, "b": 0.1}, ()),
    ([[0.1, 0.9]], "class", "Class 1", {"Class 1": 0.9, "Class 0": 0.1}, ()),
    ([[{"label": "POSITIVE", "score": 0.99}, {"label": "NEGATIVE", "score": 0.01}]], "class", "POSITIVE", {"POSITIVE": 0.99, "NEGATIVE": 0.01}, ()),
    ([{"class_id": 3, "score": 0.6}, {"class_id": 1, "score": 0.4}], "class", "3", {"3": 0.6, "1": 0.4}, ()),
    ({"top_classes": [{"class": "cat", "confidence": 0.61}, {"class": "dog", "confidence": 0.22}], "inference_time": 0.02}, "class", "cat", {"cat": 0.61, "dog": 0.22}, ("inference_time",)),
    ({"predictedLabel": "spam", "labelScores": {"spam": 0.9, "ham": 0.1}, "processingTimeMs": 12}, "class", "spam", {"spam": 0.9, "ham": 0.1}, ("processingTimeMs",)),
]  # fmt: skip

WRAPPED: list[Shape] = [
    ({"result": {"label": "yes", "score": 0.8}}, "class", "yes", {"yes": 0.8}, ()),
    ([{"prediction": "yes", "probability": 0.8}], "class", "yes", {"yes": 0.8}, ()),
    ({"label": ["cat"], "score": [0.9]}, "class", "cat", {"cat": 0.9}, ()),
    ([{"label": "cat", "scores": {"cat": 0.9, "dog": 0.1}}], "class", "cat", {"cat": 0.9, "dog": 0.1}, ()),
    ({"data": {"attributes": {"class": "A", "score": 0.7}, "id": "1", "type": "prediction"}}, "class", "A", {"A": 0.7}, ("id", "type")),
    ({"response": {"code": 0, "data": {"result": "yes", "prob": 0.6}}}, "class", "yes", {"yes": 0.6}, ("code",)),
    ({"success": True, "data": [{"class": "x", "prob": 0.6}], "message": "ok"}, "class", "x", {"x": 0.6}, ("success", "message")),
    ({"results": [{"label": "cat", "probability": 0.8}, {"label": "dog", "probability": 0.2}], "took": 5}, "class", "cat", {"cat": 0.8, "dog": 0.2}, ("took",)),
    ({"predictions": [{"price": 123.4, "lower": 100, "upper": 140}]}, "number", "123", NONE, ()),
    ({"predictions": ["yes"], "model_name": "m", "model_version": "3"}, "text", "yes", NONE, ("model_name", "model_version")),
    ({"prediction": {"0": "yes"}, "proba": {"0": 0.8}}, "class", "yes", {"yes": 0.8}, ()),
    ({"columns": ["prediction", "probability"], "data": [["yes", 0.8]]}, "class", "yes", {"yes": 0.8}, ()),
    ({"body": '{"prediction": "yes"}', "statusCode": 200}, "text", "yes", NONE, ("statusCode",)),
    ({"intent": {"name": "greet", "confidence": 0.93}, "entities": []}, "class", "greet", {"greet": 0.93}, ("entities",)),
    ({"status": "succeeded", "output": "a poem", "metrics": {"predict_time": 1.2}, "error": None}, "text", "a poem", NONE, ("status", "metrics", "error")),
    ([{"generated_text": "Once upon"}], "text", "Once upon", NONE, ()),
    ({"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}}], "model": "m"}, "text", "Hi", NONE, ("index", "role", "model")),
    ({"data": [{"embedding": [0.1, 0.2, 0.5], "index": 0}], "model": "e"}, "vector", "3 numbers", NONE, ("index", "model")),
    ({"transcription": "hello", "segments": [{"start": 0, "end": 1}, {"start": 1, "end": 2}]}, "text", "hello", NONE, ("segments",)),
]  # fmt: skip

UNSURE: list[Shape] = [
    ({"x": 1.0, "y": 2.0}, "tree", OWN, NONE, ("x", "y")),
    ({"width": 0.5, "height": 0.7}, "tree", OWN, NONE, ("width", "height")),
    ({"foo": "bar", "baz": "qux"}, "tree", OWN, NONE, ("foo", "baz")),
    ({"temperature_c": 21.5, "humidity": 0.4}, "tree", OWN, NONE, ("temperature_c", "humidity")),
    ({"prediction_yes": 0.8, "prediction_no": 0.2}, "tree", OWN, NONE, ("prediction_yes", "prediction_no")),
    ({"sentiment": "positive", "emotion": "joy"}, "tree", OWN, NONE, ("sentiment", "emotion")),
    ({"toxic": 0.9, "insult": 0.7, "threat": 0.01}, "tree", OWN, NONE, ("toxic", "insult", "threat")),
    ({"predictions": [[1.0, 2.0]], "target_names": ["heat", "cool"]}, "tree", OWN, NONE, ("predictions",)),

    ({"pd": 0.02, "rating": "AA"}, "tree", OWN, NONE, ("pd", "rating")),
    ({"status": "failed", "probability": 0.9}, "tree", OWN, NONE, ("status", "probability")),
    ({"status": "active", "score": 0.2}, "tree", OWN, NONE, ("status", "score")),
    ({"mood": "sad", "percentage": "62%"}, "tree", OWN, NONE, ("mood", "percentage")),
    ({"mood": "sad", "confidence": 0.8}, "tree", OWN, NONE, ("mood", "confidence")),
    ({"vip": True, "probability": 0.8}, "tree", OWN, NONE, ("vip", "probability")),
    ({"gender": "female", "proba": 0.9}, "tree", OWN, NONE, ("gender", "proba")),
    ({"plan": "basic", "churn_score": 0.4}, "tree", OWN, NONE, ("plan", "churn_score")),
    ({"weather": "rain", "conf": 0.7, "id": 3}, "tree", OWN, NONE, ("weather", "conf", "id")),
    ({"city": "Berlin", "score": 0.82}, "number", "0.82", NONE, ("city",)),
    ([1, [2]], "tree", OWN, NONE, ("output",)),
    ([["yes", 0.8]], "tree", OWN, NONE, ("output",)),
    ({"deep": {"er": 1}}, "tree", OWN, NONE, ("deep",)),
    ([], "tree", OWN, NONE, ("output",)),
    ({}, "tree", OWN, NONE, ("output",)),
]  # fmt: skip

# Read as they are, without a rule that was made for them.
OTHERS: list[Shape] = [
    ({"predictions": [{"0": 0.1, "1": 0.9}]}, "class", "1", {"1": 0.9, "0": 0.1}, ()),
    ({"data": {"names": ["a", "b"], "ndarray": [[0.2, 0.8]]}, "meta": {"puid": "x"}}, "class", "b", {"b": 0.8, "a": 0.2}, ("meta",)),
    ({"output_label": [1], "output_probability": [{"0": 0.1, "1": 0.9}]}, "class", "1", {"1": 0.9, "0": 0.1}, ()),
    ('{"result": [1]}', "number", "1", NONE, ()),
    ({"Sentiment": "GOOD", "SentimentScore": {"Good": 0.99, "Bad": 0.01}}, "class", "GOOD", {"Good": 0.99, "Bad": 0.01}, ()),
    ({"Labels": [{"Name": "Car", "Confidence": 98.9}, {"Name": "Road", "Confidence": 80.1}]}, "multilabel", "Car, Road", {"Car": 0.989, "Road": 0.801}, ()),
    ({"documentSentiment": {"score": 0.8, "magnitude": 0.9}, "language": "en"}, "tree", OWN, NONE, ("score", "magnitude", "language")),
    ({"Churn Prediction": "Yes", "Churn Probability": "83.2%"}, "class", "Yes", {"Yes": 0.832}, ()),
    ({"loan_approved": True, "credit_score": 710, "rate": 4.2}, "tree", OWN, NONE, ("loan_approved", "credit_score", "rate")),
    ({"keywords": [{"word": "a", "score": 0.5}, {"word": "b", "score": 0.3}]}, "table", "2 rows", NONE, ()),
    ({"is_spam": "spam", "spam_probability": 0.99}, "class", "spam", {"spam": 0.99}, ()),
    ({"prediction": [0, 1, 0]}, "vector", "3 numbers", NONE, ()),
    ({"q10": 1, "q50": 2, "q90": 3, "unit": "MW"}, "number", "2", NONE, ("unit",)),
    ({"model": {"name": "rf"}, "prediction": {"value": 12.1, "units": "kWh"}}, "number", "12.1", NONE, ("model", "units")),
    ({"name": "Bob", "score": 0.8}, "tree", OWN, NONE, ("name", "score")),
    ({"status": 200, "data": "yes"}, "text", "yes", NONE, ("status",)),
    ({"risk_score": 0.82, "risk_level": "HIGH", "factors": ["a"]}, "class", "HIGH", ("risk_score", 0.82), ("factors",)),
    ({"dominant_emotion": "happy", "emotion": {"happy": 99.1, "sad": 0.9}}, "class", "happy", {"happy": 0.991, "sad": 0.009}, ()),
    ({"predictions": [{"name": "temp", "value": 3.2}, {"name": "hum", "value": 40}]}, "table", "2 rows", NONE, ()),
    ({"gender": "female", "age": 31, "confidence": 0.8}, "tree", OWN, NONE, ("gender", "age", "confidence")),
    ({"outlier": True}, "class", "true", NONE, ()),
    ({"modelOutput": [0.02, 0.98], "modelLabels": ["neg", "pos"]}, "class", "pos", {"pos": 0.98, "neg": 0.02}, ()),
    ({"emotion": "sad", "percentage": "62%"}, "class", "sad", {"sad": 0.62}, ()),
    ({"emotion": "sad", "pct": 62.5}, "class", "sad", {"sad": 0.625}, ()),
    ({"mood": "sad", "probs": {"sad": 0.6, "glad": 0.4}}, "class", "sad", {"sad": 0.6, "glad": 0.4}, ()),
    ({"status": "rejected", "score": 0.2}, "class", "rejected", ("score", 0.2), ()),
    ({"status": "Approved", "probability": 0.9, "id": "c1"}, "class", "Approved", {"Approved": 0.9}, ("id",)),
    ({"status": "declined"}, "text", "declined", NONE, ()),
    ({"status": "processed", "score": 0.2}, "number", "0.2", NONE, ("status",)),
    ({"status": "approved", "decision": "refer", "score": 0.4}, "class", "refer", ("score", 0.4), ("status",)),
    ({"fraudulent": "no", "confidence": 0.9}, "class", "no", {"no": 0.9}, ()),
    ({"state": "NY", "score": 0.4}, "tree", OWN, NONE, ("state", "score")),
    ({"prediction": 0, "proba": [0.91, 0.09], "labels": {"0": "stays", "1": "leaves"}}, "class", "stays", {"stays": 0.91, "leaves": 0.09}, ()),
    ({"prediction": 1.0, "probabilities": [0.09, 0.91]}, "class", "1", {"1": 0.91, "0": 0.09}, ()),
    ({"level": "high", "score": 0.7}, "class", "high", ("score", 0.7), ()),
    ({"p_value": 0.03, "reject": True}, "class", "true", NONE, ("p_value",)),
    ({"similarity": 0.8}, "number", "0.8", NONE, ()),
    ({"prediction": {"label": "x"}, "confidence": {"value": 0.8}}, "class", "x", {"x": 0.8}, ()),
    ({"winner": "A", "A": 0.6, "B": 0.4}, "tree", OWN, NONE, ("winner", "A", "B")),
    ({"flagged": True, "category_scores": {"hate": 0.91, "odd": 0.02}}, "class", "true", {"hate": 0.91, "odd": 0.02}, ()),
    ({"best_match": "John", "similarity": 0.91}, "tree", OWN, NONE, ("best_match", "similarity")),
]  # fmt: skip

SHAPES = [*NAMED, *CODES, *WHOSE, *PROBABILITIES, *WRAPPED, *UNSURE, *OTHERS]

FAILURES: list[tuple[Any, str]] = [
    ({"statusCode": 400, "body": "no such field: agee"}, "no such field: agee"),
    ({"status": "error", "message": "model not trained for this region", "prediction": None}, "not trained for this"),
    ({"status": "failed", "error": "no good prompt", "output": None}, "no good prompt"),
    ({"state": "FAILURE", "result": "out of memory"}, "out of memory"),
    ({"success": False, "message": "bad input"}, "bad input"),
    ({"isSuccess": False, "errorMessage": "no rights", "value": None}, "no rights"),
    ({"error": "age is missing"}, "age is missing"),
    ({"error": {"code": 3, "message": "bad shape"}}, "bad shape"),
    ({"error": True, "message": "nope"}, "nope"),
    ({"errors": {"age": ["required"]}}, "age: required"),
    ({"result": None, "errors": [{"message": "a"}, {"message": "b"}]}, "a; b"),
    ({"detail": "Not Found"}, "Not Found"),
    ({"code": 50001, "msg": "quota", "data": None}, "quota"),
    ({"title": "Unprocessable", "status": 422, "detail": "age is missing"}, "age is missing"),
    ({"statusCode": 500, "message": "oops"}, "oops"),
    ({"data": {"error": "boom"}}, "boom"),
    ({"predictions": [{"error": "boom"}]}, "boom"),
    ([{"error": "boom"}], "boom"),
    ({"fault": {"faultstring": "too many"}}, "too many"),
]  # fmt: skip
