"""NannyML's univariate drift by Kolmogorov-Smirnov and Jensen-Shannon: run by benchmarks.health_drift, with the Python of an
environment that has it."""

import json
import sys
import time

import nannyml
import numpy as np
import pandas as pd


def main(file: str, times: int) -> None:
    with np.load(file) as loaded:
        names = list(loaded["names"])
        before, after = (pd.DataFrame(loaded[side], columns=names) for side in ("before", "after"))
    taken = []
    for _ in range(times):
        began = time.process_time()
        calculator = nannyml.UnivariateDriftCalculator(
            column_names=names,
            continuous_methods=["kolmogorov_smirnov", "jensen_shannon"],
            chunk_number=1,
        )
        found = calculator.fit(before).calculate(after).filter(period="analysis").to_df()
        taken.append(time.process_time() - began)
    values = {name: float(found[name, "kolmogorov_smirnov", "value"].iloc[0]) for name in names}
    print(json.dumps({"seconds": taken, "values": values}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
