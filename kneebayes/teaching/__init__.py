"""The virtual patient: cases to practise on, what the learner did, and what it was worth."""
