"""How results show themselves: text, HTML, tables and figures; computes nothing."""
