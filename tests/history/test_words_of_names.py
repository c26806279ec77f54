"""Names are cut as spaCy cuts them, though most of them without it."""

from hypothesis import given
from hypothesis import strategies as st

import kneebayes as kb
from kneebayes.history.words import language, words_of, words_of_name

NLP = language()
EXCEPTIONS = sorted(one for one in NLP.tokenizer.rules if one.isascii() and one.isalpha())
WORDS = ["knee", "MRI", "can", "not", "unable", "to", "long-standing", "it's", "3", "II"]
RUNS = st.one_of(
    st.sampled_from(EXCEPTIONS),
    st.sampled_from(WORDS),
    st.text("abcknotKC'-:.,4/ \u00e9\u00bd", max_size=6),
)


def names_told(knowledge):
    """Every name and turn of speech of a folder."""
    for kind in (knowledge.diseases, knowledge.findings, knowledge.contexts):
        for one in kind.values():
            yield from (one.label, *one.aliases)
            yield from getattr(one, "names_when_absent", ())
    for saying in knowledge.sayings.sayings.values():
        yield from (*saying.present, *saying.absent, *saying.past, *saying.perhaps)


def test_every_name_of_the_folder_is_cut_as_spacy_cuts_it():
    for name in names_told(kb.load().knowledge):
        assert words_of_name(name) == words_of(NLP.make_doc(name)), name


@given(st.lists(RUNS, max_size=6).map(" ".join))
def test_any_name_is_cut_as_spacy_cuts_it(name):
    assert words_of_name(name) == words_of(NLP.make_doc(name))
