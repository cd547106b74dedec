"""What a batch tool would do: all raw values of both windows, exact statistics of every feature, by scipy.

python exact_baseline.py <reference.f32> <window.f32> <features>; both files are row-major float32.
"""

import json
import resource
import sys
import time

import numpy as np
import scipy
from scipy.stats import ks_2samp, wasserstein_distance

reference, window, features = sys.argv[1], sys.argv[2], int(sys.argv[3])
start = time.perf_counter()
before = np.fromfile(reference, dtype=np.float32).reshape(-1, features)
now = np.fromfile(window, dtype=np.float32).reshape(-1, features)
statistics = []
for feature in range(features):
    first = before[:, feature].astype(np.float64)
    second = now[:, feature].astype(np.float64)
    statistics.append(float(ks_2samp(first, second, method="asymp").statistic))
    wasserstein_distance(first, second)
print(
    json.dumps(
        {
            "by": f"scipy {scipy.__version__}, numpy {np.__version__}",
            "seconds": time.perf_counter() - start,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "ks": statistics,
        }
    )
)
