"""Fits scikit-learn's HistGradientBoostingClassifier on the rows in a folder; prints its seconds and log loss as JSON."""

import json
import sys
import time

import numpy
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss

folder = sys.argv[1]
with open(f"{folder}/job.json", encoding="utf-8") as file:
    job = json.load(file)
features = numpy.fromfile(f"{folder}/features.f32", dtype=numpy.float32).reshape(-1, job["features"])
outcomes = numpy.fromfile(f"{folder}/outcomes.f64", dtype=numpy.float64)
rows = job["rows"]

model = HistGradientBoostingClassifier(early_stopping=False, random_state=0, **job["hyper"])
wall, processor = time.perf_counter(), time.process_time()
model.fit(features[:rows], outcomes[:rows])
spent = {"wall_seconds": time.perf_counter() - wall, "processor_seconds": time.process_time() - processor}
loss = log_loss(outcomes[rows:], model.predict_proba(features[rows:]))
print(json.dumps({**spent, "log_loss": loss, "version": sklearn.__version__}))
