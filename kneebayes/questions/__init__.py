"""What can be asked of one patient: each question is one room; none imports another."""
