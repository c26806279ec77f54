"""The front end: one self-contained page, and the same front end as a widget in Jupyter."""
