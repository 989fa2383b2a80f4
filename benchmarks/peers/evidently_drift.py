"""Evidently's data drift with its defaults: run by benchmarks.health_drift, with the Python of an environment that has it."""

import json
import sys
import time

import numpy as np
import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset


def main(file: str, times: int) -> None:
    with np.load(file) as loaded:
        before, after = (pd.DataFrame(loaded[side], columns=list(loaded["names"])) for side in ("before", "after"))  # fmt: skip
    taken = []
    for _ in range(times):
        began = time.process_time()
        found = Report([DataDriftPreset()]).run(after, before).dict()
        taken.append(time.process_time() - began)
    values = {
        each["config"]["column"]: float(each["value"])
        for each in found["metrics"]
        if each.get("config", {}).get("column")
    }
    print(json.dumps({"seconds": taken, "values": values}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
