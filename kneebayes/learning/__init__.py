"""What cases teach: the words' distributions as prior, patients as data.

:meth:`kneebayes.Model.update` is the door. Below it ``sentences`` says what the text knows of
every number and how much that weighs, ``counting`` how often each link fired in patients whose
causes nobody saw, ``scoring`` finds the most probable numbers, ``outcome`` turns them back into
statements.
"""

from kneebayes.learning.learn import HeldOut, Learnt, update

__all__ = ["HeldOut", "Learnt", "update"]
