"""What cases teach: the words' distributions as prior, patients as data."""
