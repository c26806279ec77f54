"""Studies on many patients: evaluation against baselines, calibration, misspecification."""
