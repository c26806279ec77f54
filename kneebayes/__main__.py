"""``python -m kneebayes`` is the command line."""

from kneebayes.cli import main

main()
