"""How sure an answer is: of the words, of single numbers, of the lexicon."""
