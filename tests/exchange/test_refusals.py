# ruff: noqa: E501 - files in one line each are easier to read than broken ones
"""What is wrong with other people's networks: every problem by its place, its words, its remedy."""

import json
from pathlib import Path

import pytest

from kneebayes.exchange import ExchangeError, load_network

Cases = dict[str, tuple[str, ...]]  # a file, and all that is told of it

AB = "variable a { type discrete [2] {x, y}; } variable b { type discrete [2] {x, y}; }"
A = "probability (a) { table 0.2, 0.8; }"
B = "probability (b | a) { (x) 0.1, 0.9; (y) 0.4, 0.6; }"
BIF: Cases = {
    "sign before the states": ("variable a {\n type discrete 2 ] {x, y}; }", "line 2: '[' was expected, and there is '2'. Mend it there."),
    "sign after the count": ("variable a {\n type discrete [ 2 {x, y}; }", "line 2: ']' was expected, and there is '{'. Mend it there."),
    "no states in braces": ("variable a {\n\n type discrete [2] x, y; }", "line 3: '{' was expected, and there is 'x'. Mend it there."),
    "end before the brace": ("network n ; { }", "line 1: '{' was expected, and there is ';'. Mend it there."),
    "end before the bracket": (f"{AB}\nprobability (b | a {{ (x) 1 0; }}", "line 2: ')' was expected, and there is '{'. Mend it there."),
    "no bracket": (f"{AB}\nprobability b {{ table 1 0; }}", "line 2: '(' was expected, and there is 'b'. Mend it there."),
    "other word in a network": ("network n { version 2; }", "line 1: 'property' was expected, and there is 'version'. Mend it there."),
    "other word in a variable": ("variable a {\n type discrete [2] {x, y}; kind = cause; }",
        "line 2: 'type' or 'property' was expected, and there is 'kind'. Mend it there."),
    "other word outside": (f"{AB}\n{A} utility u {{ }}", "line 2: 'network', 'variable' or 'probability' was expected, and there is 'utility'. Mend it there."),
    "cut": (f"{AB}\n{A}\nprobability (b | a) {{ (x) 1, 0; ", "line 3: something is missing, and there is the end. Mend it there."),
    "a long word": ("variable a { type " + "q" * 50 + "; }",
        "a: it is of type 'qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq'. Only discrete variables are read: cut it into states."),
    "two networks": (f"network n {{ }} network m {{ }} {AB} {A} {B}", "content: there are 2 networks. Keep one."),
    "no variable": ("network n { }", "content: no variable was found. Is this a BIF file?"),
    "a quote": ('network n { }\nvariable "a { type discrete [2] {x, y}; }', "line 2: a quote is not closed, and there is '\"'. Mend it there."),
    "a comment": (f"{AB} {A} {B}\n/*/ probability", "line 2: a comment is not closed. End it with '*/'."),
    "variable twice": (f"variable a {{ type discrete [2] {{x, y}}; }} {AB} {A} {B}", "a: the variable stands twice. Keep one."),
    "type twice": ("variable a { type discrete [2] {x, y}; type discrete [2] {x, y}; }" + A, "a: its type stands twice. Keep one."),
    "no type": ("variable a { property p; }" + A,
        "a: its type is missing. Name its states.",
        "a: its table does not have one row for each state of its parents: 2 numbers. 0 are needed."),
    "count": ("variable a { type discrete [03] {x, y}; }" + A, "a: it gives 03 as the number of its states, and names 2."),
    "no count": ("variable a { type discrete [00] { }; }" + A, "a: its table does not have one row for each state of its parents: 2 numbers. 0 are needed."),
    "no name": ("variable a { type discrete [3] {x, , y}; } probability (a) { table 0.2 0.3 0.5; }", "a: one of its states has no name. Name it."),
    "state twice": ("variable a { type discrete [3] {x, y, x}; } probability (a) { table 0.2 0.3 0.5; }", "a: the state 'x' stands twice. Keep one."),
    "no table": (f"{AB} {A}", "b: it has no table. Add one, or mend it if it is there."),
    "table of another": (f"{AB} {A} {B} probability (c | a) {{ (x) 1 0; (y) 0 1; }}", "c: 'c' is no variable of the file."),
    "parent unknown": (f"{AB} {A} probability (b | c) {{ (x) 1 0; (y) 0 1; }}",
        "b: 'c' is no variable of the file.",
        "b: it has no table. Add one, or mend it if it is there."),
    "table of none": (f"{AB} {A} {B} probability ( ) {{ table 1 0; }}", "probability: '' is no variable of the file."),
    "table twice": (f"{AB} {A} {B} {A}", "a: its table stands twice. Keep one."),
    "row twice": (f"{AB} {A} probability (b | a) {{ (x) 1 0; (y) 0 1; (x) 0 1; }}", "b: the row (x) stands twice. Keep one."),
    "row after a table": (f"{AB} {A} probability (b | a) {{ table 0.1 0.4 0.9 0.6; (x) 1 0; }}", "b: the row (x) stands twice. Keep one."),
    "table after a row": (f"{AB} {A} probability (b | a) {{ (x) 1 0; table 0.1 0.4 0.9 0.6; }}",
        "b: it has rows and a 'table'. Known are rows with a 'default', or a 'table'."),
    "two tables": (f"{AB} probability (a) {{ table 0.2 0.8; table 1 0; }} {B}", "a: 'table' stands twice. Known are rows with a 'default', or a 'table'."),
    "two defaults": (f"{AB} {A} probability (b | a) {{ default 0.2 0.8; default 1 0; }}",
        "b: 'default' stands twice. Known are rows with a 'default', or a 'table'."),
    "table and default": (f"{AB} {A} probability (b | a) {{ default 0.5 0.5; table 0.1 0.4 0.9 0.6; }}", "b: it has a 'table' and a 'default'. Keep one."),
    "a function": (f"{AB} {A} probability (b | a) {{ " + "f" * 50 + " max; }",
        "b: 'ffffffffffffffffffffffffffffffffffffffff' is not known here. Known are rows with a 'default', or a 'table'."),
    "a bracket not closed": (f"{AB} {A} probability (b | a) {{ (x 1 0; (y) 0 1; }}",
        "b: '(' is not known here. Known are rows with a 'default', or a 'table'."),
    "rows missing": (f"{AB} {A} probability (b | a) {{ (y) 1 0; }}", "b: its table does not have one row for each state of its parents: 1 of 2. Add the rest."),
    "no row": (f"{AB} {A} probability (b | a) {{ }}", "b: its table does not have one row for each state of its parents: 0 of 2. Add the rest."),
    "numbers missing": (f"{AB} {A} probability (b | a) {{ table 0.1 0.4 0.5; }}",
        "b: its table does not have one row for each state of its parents: 3 numbers. 4 are needed."),
    "numbers over": (f"{AB} probability (a) {{ table 0.1 0.4 0.5; }} {B}",
        "a: its table does not have one row for each state of its parents: 3 numbers. 2 are needed."),
    "own states fastest": (f"{AB} {A} probability (b | a) {{ table 0.1 0.9 0.4 0.6; }}",
        "b: its 'table' adds up only with own states fastest, which is not BIF's order. Write one row for each state of the parents, as '(state) numbers;'."),
    "a row of two states": (f"{AB} {A} probability (b | a) {{ (x, y) 1 0; (y) 0 1; }}", "b: a row names 2 states of its parents."),
    "a row of another state": (f"{AB} {A} probability (b | a) {{ (x) 1 0; (z) 0 1; }}", "b: 'a' has no state 'z'."),
    "a long row": (f"{AB} {A} probability (b | a) {{ (x) 1 0 0; (y) 0 1; }}",
        "b: its table does not have one row for each state of its parents: a row has 3 numbers. 2 are needed."),
    "a short default": (f"{AB} {A} probability (b | a) {{ (x) 1 0; default 1; }}",
        "b: its table does not have one row for each state of its parents: a row has 1 number. 2 are needed."),
    "a word as number": (f"{AB} {A} probability (b | a) {{ (x) 1 often; (y) 0 1; }}",
        "b: its table holds something else than numbers: 'often'.",
        "b: its table does not have one row for each state of its parents: a row has 0 numbers. 2 are needed."),
    "a long word as number": (f"{AB} {A} probability (b | a) {{ (x) 1 " + "w" * 50 + "; (y) 0 1; }",
        "b: its table holds something else than numbers: 'wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww'.",
        "b: its table does not have one row for each state of its parents: a row has 0 numbers. 2 are needed."),
    "too small": (f"{AB} {A} probability (b | a) {{ (x) 1 0; (y) 1 0.{'0' * 340}1; }}",
        "b: its table holds '0.00000000000000000000000000000000000000', too near to 0. Write 0, or more.",
        "b: its table does not have one row for each state of its parents: a row has 0 numbers. 2 are needed."),
    "no UTF-8": (f"{AB} {A} // \udcff", "file: byte 121 is not UTF-8. Save it as UTF-8."),
    "a circle": (f"{AB} probability (a | b) {{ default 1 0; }} {B}", "network: The arrows run in a circle among: a, b."),
    "itself as parent": (f"{AB} {A} probability (b | b) {{ default 1 0; }}", "network: The arrows run in a circle among: b."),
}  # fmt: skip


def xdsl(nodes: str, more: str = "", top: str = "") -> str:
    return f'<?xml version="1.0"?>{top}<smile version="1.0" id="n"><nodes>{nodes}</nodes>{more}</smile>'


def state(*names: str) -> str:
    return "".join(f'<state id="{n}"/>' for n in names)


XA = f'<cpt id="A">{state("y", "n")}<probabilities>0.2 0.8</probabilities></cpt>'


def child(kind: str, content: str, parents: str = "A") -> str:
    return XA + f'<{kind} id="B">{state("y", "n")}<parents>{parents}</parents>{content}</{kind}>'


def noisymax(strengths: str, parameters: str) -> str:
    return child(
        "noisymax",
        f"<strengths>{strengths}</strengths><parameters>{parameters}</parameters>",
    )


XDSL: Cases = {
    "of another form": ('<BIF VERSION="0.3"><NETWORK/></BIF>', "content: there is no 'nodes' element. This is XMLBIF: rename it to .xmlbif."),
    "of no form": ("<html/>", "content: there is no 'nodes' element. XDSL has one in smile."),
    "without nodes": ('<smile version="1.0"/>', "content: there is no 'nodes' element. XDSL has one in smile."),
    "over time": (xdsl(XA, '<dynamic numslices="3"/>'),
        "content: it is a dynamic network, whose tables over time are not read. Unroll it in GeNIe and save that."),
    "over time in a node": (xdsl(XA.replace("<cpt", '<cpt dynamic="plate"')),
        "content: it is a dynamic network, whose tables over time are not read. Unroll it in GeNIe and save that."),
    "an element": (xdsl(XA, "<plates/>"), "smile: it holds the element 'plates', which is not known here. Known are: nodes, extensions, properties, property."),
    "an attribute": (xdsl(XA).replace('id="n"', 'order="1"', 1),
        "smile: it has the attribute 'order', which is not known here. Known are: version, id, numsamples, discsamples."),
    "two lists of nodes": (xdsl(XA, "<nodes/>"), "smile: it has 2 elements 'nodes'. Keep 1."),
    "loose text": (xdsl(XA + " 0.5 "), "nodes: it holds loose text: '0.5'. Put it into an element."),
    "another kind": (xdsl(XA + '<magic id="E"/><equation/><utility id="U"/>'),
        "nodes: it holds the element 'magic', which is not known here. Known are: cpt, deterministic, noisymax, equation, noisyadder, decision, utility, mau.",
        "E: it is of kind 'magic'. Only 'cpt', 'deterministic' and 'noisymax' are read: turn it into a table in GeNIe.",
        "equation: it is of kind 'equation'. Only 'cpt', 'deterministic' and 'noisymax' are read: turn it into a table in GeNIe.",
        "U: it is of kind 'utility'. Only chance nodes are read."),
    "of a state": (xdsl(XA.replace('<state id="y"/>', '<state id="y" colour="red"><shade/></state>')),
        "A.state: it holds the element 'shade', which is not known here. Known are: property, comment, cost, observationcost, documentation, description.",
        "A.state: it has the attribute 'colour', which is not known here. Known are: id, label, fault, default, fixed, value."),
    "text alone": (xdsl(XA.replace("0.2", "0.2 <b>0.1</b>")), "A.probabilities: it holds the element 'b', which is not known here. It holds text alone."),
    "a result": (xdsl(child("deterministic", "<resultingstates>y z</resultingstates>")), "B: it has no state 'z'."),
    "results missing": (xdsl(child("deterministic", "<resultingstates>y</resultingstates>")),
        "B: its table has 2 numbers. 4 are needed for its states and those of its parents."),
    "two results": (xdsl(child("deterministic", "<resultingstates>y n</resultingstates><probabilities>1</probabilities>")),
        "B: it holds the element 'probabilities', which is not known here. Known are: state, parents, resultingstates, property, comment, cost, observationcost, documentation, description."),
    "a word as number": (xdsl(XA.replace("0.8", "much")), "A: its table holds something else than numbers: 'much'."),
    "parameters missing": (xdsl(noisymax("0 1", "0.7 0.3 0 1")),
        "B: its noisymax has 4 parameters. 6 are needed: a column for each state of each parent, and the leak."),
    "strengths twice": (xdsl(noisymax("1 1", "0.7 0.3 0 1 0.01 0.99")), "B: the strengths of 'A' are no order of its 2 states. Their numbers begin at 0."),
    "strengths too few": (xdsl(noisymax("0", "0.7 0.3 0 1 0.01 0.99")),
        "B: the strengths of 'A' are no order of its 2 states. Their numbers begin at 0.",
        "B: it has 1 strength, but its parents have 2 states in all."),
    "strengths too many": (xdsl(noisymax("0 1 1", "0.7 0.3 0 1 0.01 0.99")), "B: it has 3 strengths, but its parents have 2 states in all."),
    "strengths in parts": (xdsl(noisymax("0 1.5", "0.7 0.3 0 1 0.01 0.99")), "B: the strengths of 'A' are no order of its 2 states. Their numbers begin at 0."),
    "strengths below zero": (xdsl(noisymax("0 -1", "0.7 0.3 0 1 0.01 0.99")),
        "B: the strengths of 'A' are no order of its 2 states. Their numbers begin at 0."),
    "not silent": (xdsl(noisymax("0 1", "0.7 0.3 0.1 0.9 0.01 0.99")),
        "B: the last column of 'A' is [0.1, 0.9]. It must produce nothing: 0 but for the last state, which is 1."),
    "second column": (xdsl(noisymax("0 1", "0.7 0.3 0 1 0.01 0.98")), "B: column 3 of its parameters does not add up to 1."),
    "first column": (xdsl(noisymax("0 1", "0.7 0.4 0 1 0.01 0.99")), "B: column 1 of its parameters does not add up to 1."),
    "a column below zero": (xdsl(noisymax("0 1", "-0.5 1.5 0 1 0.01 0.99")), "B: column 1 of its parameters does not add up to 1."),
    "no numbers": (xdsl(noisymax("0 1", "0.7 0.3 0 1 nan 0.99")), "B: its table holds something else than numbers: 'nan'."),
    "too large": (xdsl(XA + "".join(XA.replace('"A"', f'"A{i}"') for i in range(21)) + f'<noisymax id="B">{state("s", "t", "u")}<parents>' + " ".join(f"A{i}" for i in range(21)) + "</parents><parameters>" + "0.1 0.2 0.7 0 0 1 " * 21 + "0 0 1</parameters></noisymax>"),
        "B: its table would be too large. Give it fewer parents in GeNIe."),
    "parent unknown": (xdsl(child("cpt", "<probabilities>0.5 0.5 1 0</probabilities>", parents="C")), "B: its parent 'C' is not in the file."),
    "numbers missing": (xdsl(child("cpt", "<probabilities>0.5 0.5 1</probabilities>")),
        "B: its table has 3 numbers. 4 are needed for its states and those of its parents."),
    "two labels": (xdsl(XA, '<extensions><genie><node id="A"><name>one</name></node><submodel><node id="A"><name>other</name></node></submodel></genie></extensions>'),
        "A: it is called 'one' and 'other'. Keep one."),
    "no states": (xdsl('<cpt id="A"><probabilities></probabilities></cpt>' + child("cpt", "<probabilities>0.5 0.5</probabilities>")[len(XA) :]),
        "A: it has no states. Name its states.",
        "B: its parent 'A' has no states."),
    "every part twice": (xdsl(child("deterministic", "<resultingstates>y n</resultingstates>" * 2) + child("noisymax", "<strengths>0 1</strengths>" * 2 + "<parameters>0.7 0.3 0 1 0 1</parameters>" * 2)[len(XA) :].replace('"B"', '"C"'), "<extensions/><extensions/><properties/><properties/><property/><property/>"),
        "smile: it has 2 elements 'extensions'. Keep 1.",
        "smile: it has 2 elements 'properties'. Keep 1.",
        "B: it has 2 elements 'resultingstates'. Keep 1.",
        "C: it has 2 elements 'strengths'. Keep 1.",
        "C: it has 2 elements 'parameters'. Keep 1."),
    "two tables, two lists of parents": (xdsl(XA + child("cpt", "<parents>A</parents>" + "<probabilities>0 1 1 0</probabilities>" * 2)[len(XA) :]),
        "B: it has 2 elements 'parents'. Keep 1.",
        "B: it has 2 elements 'probabilities'. Keep 1."),
    "no XML": ("<smile><nodes></smile>", "content: not valid XML: mismatched tag: line 1, column 16. Mend it there."),
    "entities": ('<!DOCTYPE smile [<!ENTITY a "b">]><smile><nodes/></smile>', "content: it defines entities. Write the texts out."),
    "a row": (xdsl(child("cpt", "<probabilities>0.5 0.5 0.7 0.2</probabilities>")), "B: the row (A = n) adds up to 0.9: 0.7, 0.2. It must add up to 1."),
    "made in pyAgrum": (xdsl(XA + XA.replace('"A"', '"C"') + child("cpt", "<probabilities>0.1 0.9 0.2 0.8 0.3 0.7 0.4 0.6</probabilities>", parents="A C")[len(XA) :], top="<!-- by pyAgrum -->"),
        "B: the file says that pyAgrum wrote it, and in its tables the first parent varies fastest, in GeNIe's the last. Save it from pyAgrum as .bifxml; or say which it is: load_network(path, fastest='first') as pyAgrum, fastest='last' as GeNIe."),
}  # fmt: skip


def xmlbif(content: str, head: str = '<BIF VERSION="0.3">') -> str:
    return f'<?xml version="1.0"?>{head}<NETWORK><NAME>n</NAME>{content}</NETWORK></BIF>'


def variable(name: str, states: str = "x y", kind: str = ' TYPE="nature"') -> str:
    return (
        f"<VARIABLE{kind}><NAME>{name}</NAME>"
        + "".join(f"<OUTCOME>{s}</OUTCOME>" for s in states.split())
        + "</VARIABLE>"
    )


def definition(name: str, table: str, *parents: str) -> str:
    return (
        f"<DEFINITION><FOR>{name}</FOR>"
        + "".join(f"<GIVEN>{p}</GIVEN>" for p in parents)
        + f"<TABLE>{table}</TABLE></DEFINITION>"
    )


MA = variable("a") + definition("a", "0.2 0.8")
XMLBIF: Cases = {
    "of another form": (xdsl(XA), "content: there is no NETWORK element. This is XDSL: rename it to .xdsl."),
    "of no form": ("<html/>", "content: there is no NETWORK element. XMLBIF has one in BIF."),
    "without a network": ('<BIF VERSION="0.3"/>', "content: there is no NETWORK element. XMLBIF has one in BIF."),
    "another version": (xmlbif(MA, '<BIF VERSION="0.4">'), "BIF: version '0.4' of the format is not known. Known is 0.3: write that, if it means the same."),
    "an attribute": (xmlbif(MA, '<BIF VERSION="0.3" AUTHOR="me">'), "BIF: it has the attribute 'AUTHOR', which is not known here. Known are: VERSION, XMLNS."),
    "of no variable": (xmlbif(MA + definition("b", "0.5 0.5")), "b: it has a DEFINITION but is no VARIABLE. Add the variable."),
    "without a table": (xmlbif(MA + variable("b") + variable("c")), "b: it has no DEFINITION. Add its table.", "c: it has no DEFINITION. Add its table."),
    "of other kinds": (xmlbif(MA.replace("nature", "utility") + MA.replace("nature", "decision").replace(">a<", ">b<")),
        "a: it is a variable of type 'utility'. Only chance variables with states are read.",
        "b: it is a variable of type 'decision'. Only chance variables with states are read."),
    "told twice": (xmlbif(MA.replace("</VARIABLE>", "<VALUE>z</VALUE></VARIABLE>")), "a: its states are told twice, as OUTCOME and as VALUE. Keep one."),
    "variable twice": (xmlbif(variable("a") + MA), "a: the variable stands twice. Keep one."),
    "definition twice": (xmlbif(MA + definition("a", "0.2 0.8")), "a: it stands twice. Each variable needs one table."),
    "in a table": (xmlbif(MA.replace("0.2", "<P>0.2</P>")), "TABLE: it holds the element 'P', which is not known here. It holds text alone."),
    "a second name": (xmlbif("<NAME>m</NAME>" + MA), "NETWORK: it has 2 elements 'NAME'. Keep 1."),
    "an attribute twice": (xmlbif(MA.replace("<VARIABLE", '<VARIABLE type="utility"')), "VARIABLE: an attribute stands twice: type, TYPE."),
    "every part twice": (xmlbif(MA.replace("<NAME>a</NAME>", "<NAME>a</NAME>" * 2) .replace("<FOR>a</FOR>", "<FOR>a</FOR>" * 2) .replace("</VARIABLE>", "<TYPE>nature</TYPE><TYPE>nature</TYPE></VARIABLE>") .replace("<TABLE>", "<TABLE>1 0</TABLE><TABLE>")),
        "a: it has 2 elements 'NAME'. Keep 1.",
        "a: it has 2 elements 'TYPE'. Keep 1.",
        "a: it has 2 elements 'FOR'. Keep 1.",
        "a: it has 2 elements 'TABLE'. Keep 1."),
    "nameless parts": (xmlbif(MA + '<VARIABLE ODD="1"/><DEFINITION ODD="1"/>'),
        "VARIABLE: it has the attribute 'ODD', which is not known here. Known are: TYPE.",
        "DEFINITION: it has the attribute 'ODD', which is not known here. It has none."),
    "of another namespace": (xmlbif(MA.replace("<TABLE", '<TABLE xmlns:z="urn:z" z:UNIT="1"'), '<BIF VERSION="0.3" xmlns="urn:bif" xmlns:z="urn:z" z:AUTHOR="me">'),
        "BIF: it has the attribute '{URN:Z}AUTHOR', which is not known here. Known are: VERSION, XMLNS.",
        "TABLE: it has the attribute '{URN:Z}UNIT', which is not known here. It has none."),
    "loose": (xmlbif(MA + "0123456789" * 5), "NETWORK: it holds loose text: '0123456789012345678901234567890123456789'. Put it into an element."),
    "parents unknown": (xmlbif(MA + variable("b") + definition("b", "0.5 0.5", "c")), "b: its parent 'c' is not in the file."),
    "no states": (xmlbif(MA + variable("b", "") + definition("b", "")), "b: it has no states. Name its states."),
    "a parent without states": (xmlbif(variable("b", "") + definition("b", "") + variable("a") + definition("a", "0.5 0.5", "b")),
        "b: it has no states. Name its states.",
        "a: its parent 'b' has no states."),
    "a name that is empty": (xmlbif(variable("") + definition("", "0.5 0.5")), "network: a node has no name. Name it."),
    "a parent twice": (xmlbif(MA + variable("b") + definition("b", "1 0 " * 4, "a", "a")), "b: the parent 'a' stands twice. Keep one."),
    "too near to 0": (xmlbif(variable("a") + definition("a", "1e-400 1")), "a: its table holds '1e-400', too near to 0. Write 0, or more."),
    "no number": (xmlbif(variable("a") + definition("a", "1,0 " + "w" * 50)), "a: its table holds something else than numbers: '1,0'."),
    "a row of one": (xmlbif(variable("a", "a b c d e f g") + definition("a", "0.1 0.1 0.1 0.1 0.1 0.1 0.1")),
        "a: the row adds up to 0.7: 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, .... It must add up to 1."),
    "encoding": ('<?xml version="1.0" encoding="klingon"?><BIF/>', "file: it declares the encoding 'klingon'. Save it as UTF-8."),
    "no text": ('<?xml version="1.0" encoding="base64"?><BIF/>', "file: it declares the encoding 'base64'. Save it as UTF-8."),
    "not as it declares": ('<?xml version="1.0" encoding="ascii"?><BIF>\udce4</BIF>', "file: byte 43 is not ascii, which it declares. Save it as UTF-8."),
    "not as UTF-8": ('<?xml version="1.0"?><BIF>\udce4</BIF>', "file: byte 26 is not UTF-8. Save it as UTF-8."),
}  # fmt: skip


def network(*nodes: dict[str, object]) -> str:
    return json.dumps({"format": "kneebayes network", "version": 1, "nodes": list(nodes)})


a: dict[str, object] = {"id": "a", "states": ["x", "y"], "table": [0.25, 0.75]}
b: dict[str, object] = {
    "id": "b",
    "states": ["n", "y"],
    "parents": ["a"],
    "table": [0.5, 0.5, 0.25, 0.75],
}
JSON: Cases = {
    "none": (network(), "network: it has no nodes. Is this the right file?"),
    "twice": (network(a, a), "nodes: an id stands twice. Keep one node of each id."),
    "a circle": (network({**a, "parents": ["b"], "table": [1, 0, 1, 0]}, b), "network: The arrows run in a circle among: a, b."),
    "rows": (network(a, {**b, "table": [0.5, 0.6, -0.25, 1.25]}),
        "nodes[1].table[2]: it is -0.25. It must be at least 0.",
        "nodes[1].table[3]: it is 1.25. It must be at most 1."),
    "many rows": (network({"id": "a", "states": list("uvwxyz"), "table": [0.5, 0.5, 0, 0, 0, 0]}, {**b, "table": [0.5, 0.25] * 6}),
        "b: the row (a = u) adds up to 0.75: 0.5, 0.25. It must add up to 1.",
        "b: the row (a = v) adds up to 0.75: 0.5, 0.25. It must add up to 1.",
        "b: the row (a = w) adds up to 0.75: 0.5, 0.25. It must add up to 1.",
        "b: 3 more rows are wrong."),
    "numbers": (network(a, {**b, "table": [0.5, 0.5]}), "b: its table has 2 numbers. 4 are needed for its states and those of its parents."),
    "leak": (network(a, {"id": "b", "states": ["n", "m", "y"], "leak": 0.5, "links": {"a": [0, 0.5]}}), "b: a noisy-OR has two states. Mend it in the file."),
    "odd leak": (network(a, {"id": "b", "states": ["n", "y"], "leak": 1.5, "links": {"a": [0, 0.5]}}), "nodes[1].leak: it is 1.5. It must be at most 1."),
    "odd link": (network(a, {"id": "b", "states": ["n", "y"], "leak": 0.5, "links": {"a": [0, 1.5]}}), "nodes[1].links.a[1]: it is 1.5. It must be at most 1."),
    "link": (network(a, {"id": "b", "states": ["n", "y"], "leak": 0.5, "links": {"c": [0, 0.5]}}), "b: its parent 'c' is not in the file."),
    "parent": (network(a, {**b, "parents": ["c"]}), "b: its parent 'c' is not in the file."),
    "state twice": (network({**a, "states": ["x", "x"]}), "a: the state 'x' stands twice. Keep one."),
    "format": (json.dumps({"format": "other", "version": 2, "nodes": [a]}),
        "format: it is 'other'. It must be 'kneebayes network'.",
        "version: it is 2. It must be 1."),
    "no object": ("[1]", "content: it is [1]. It must be of type object."),
    "no JSON": ("{", "content: not valid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1). Mend it there."),
    "twice a key": ('{"format": "kneebayes network", "version": 1, "nodes": [], "nodes": []}', "key 'nodes': it stands twice in one object. Keep one."),
    "deep": ("[" * 33 + "]" * 33, "content: objects and lists are nested too deep. At most 32 levels are read."),
    "finite": (network(a).replace("0.25", "NaN").replace("0.75", "1e999"),
        "number NaN: it is not finite. Give a finite number.",
        "number 1e999: it is not finite. Give a finite number."),
    "near 0": (network(a).replace("0.25", "0.0001e-400"), "number 0.0001e-400: it is too near to 0. Write 0, or more."),
    "half": (network(a).replace('"a"', '"\\ud83d and more that is not shown"'), "content: it holds '\\ud83d', which is half a character. Write the text anew."),
    "halves": (network(a).replace('"a"', '"\\ud83d\\ud83e\\ud83f"'), "content: it holds '\\ud83d\\ud83e', which is half a character. Write the text anew."),
}  # fmt: skip


FILES = {
    f"{suffix}: {name}": (suffix, *case)
    for suffix, cases in ((".bif", BIF), (".xdsl", XDSL), (".xmlbif", XMLBIF), (".json", JSON))
    for name, case in cases.items()
}


@pytest.mark.parametrize("case", FILES)
def test_every_problem_of_a_file_is_told_in_its_place(tmp_path: Path, case: str) -> None:
    suffix, text, *told = FILES[case]
    path = tmp_path / f"n{suffix}"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ExchangeError) as caught:
        load_network(path)
    assert list(map(str, caught.value.problems)) == told
    assert caught.value.source == f"'n{suffix}'"
