"""Tables and figures of results; computes nothing."""
