"""Fits scikit-learn's histogram gradient boosting for retrain's trainer `command`.

Called as `python train.py JOBDIR`. Reads in/job.json, in/train.csv and in/check.csv, writes out/model.onnx and
out/check.csv (its own scores of the check rows), and tells its progress on stdout, one JSON object a line.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

BAD_JOB, INSUFFICIENT_DATA = 2, 3


def read_rows(path, names):
    """Columns of a CSV file: a missing value is an empty cell."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    features = np.array([[float(row[name] or "nan") for name in names] for row in rows], dtype=np.float32)
    return rows, features.reshape(len(rows), len(names))


def tell(fraction, **more):
    print(json.dumps({"event": "progress", "fraction": fraction, **more}), flush=True)


def main(folder):
    job = json.loads((folder / "in" / "job.json").read_text(encoding="utf-8"))
    if job["contract"] != 1:
        print(f"contract {job['contract']} is not known here", file=sys.stderr)
        return BAD_JOB
    classes = job["classes"]
    rows, features = read_rows(folder / "in" / "train.csv", job["features"])
    if len(rows) < 50:
        print(f"{len(rows)} rows are too few", file=sys.stderr)
        return INSUFFICIENT_DATA
    outcomes = [row[job["outcome"]] for row in rows]
    options = {"max_iter": 60, "learning_rate": 0.1, **job["hyper"]}
    tell(0.1)
    if classes:
        targets = np.array([classes.index(outcome) for outcome in outcomes])
        if len(set(targets)) < len(classes):
            print(f"the rows hold {len(set(targets))} of {len(classes)} classes", file=sys.stderr)
            return INSUFFICIENT_DATA
        model = HistGradientBoostingClassifier(random_state=job["seed"], early_stopping=False, **options)
    else:
        targets = np.array([float(outcome) for outcome in outcomes])
        model = HistGradientBoostingRegressor(random_state=job["seed"], early_stopping=False, **options)
    model.fit(features.astype(np.float64), targets)
    tell(0.8)

    types = [("features", FloatTensorType([None, features.shape[1]]))]
    if classes:
        onnx = to_onnx(model, initial_types=types, options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
    else:
        final = [("value", FloatTensorType([None, 1]))]
        onnx = to_onnx(model, initial_types=types, final_types=final, target_opset={"": 17, "ai.onnx.ml": 3})
    (folder / "out" / "model.onnx").write_bytes(onnx.SerializeToString())

    _, check = read_rows(folder / "in" / "check.csv", job["features"])
    check = check.astype(np.float64)
    scores = model.predict_proba(check) if classes else model.predict(check).reshape(-1, 1)
    with open(folder / "out" / "check.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(scores.tolist())
    (folder / "out" / "result.json").write_text(json.dumps({"iterations": int(model.n_iter_)}), encoding="utf-8")
    tell(1)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
