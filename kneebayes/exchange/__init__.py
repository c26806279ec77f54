"""Other formats: networks for other software, patients in and out."""
