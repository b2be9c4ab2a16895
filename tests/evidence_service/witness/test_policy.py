"""tlog-policy: reading strictly, writing so that it reads the same, and who reaches the quorum."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core.note import ED25519, ML_DSA_44, SignedNote, VerifierKey
from evidence_service.core.policy import (
    Policy,
    PolicyError,
    PolicyGroup,
    PolicyWitness,
    parse_policy,
    policy_text,
    witnesses_of,
)
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.witness.cosigners import NOW, Cosigner, GrowingLog

NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
V = {name: Cosigner(f"{name}.example").vkey for name in NAMES}
LOG = TestKey("log.example.test/one").vkey

# The example of the specification, with keys.
EXAMPLE = f"""log {LOG}

witness X1 {V["X1"]}
witness X2 {V["X2"]}
witness X3 {V["X3"]}
group X-witnesses 2 X1 X2 X3

witness Y1 {V["Y1"]}
witness Y2 {V["Y2"]}
witness Y3 {V["Y3"]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification_holds_for_two_x_and_one_y() -> None:
    policy = parse_policy(EXAMPLE)
    for cosigned in chain.from_iterable(combinations(NAMES, count) for count in range(7)):
        x, y = sum(name.startswith("X") for name in cosigned), sum(name.startswith("Y") for name in cosigned)
        assert policy.satisfied(cosigned) is (x >= 2 and y >= 1)
    assert not policy.satisfied({"stranger", "X-witnesses", "Y-witnesses"})  # groups do not cosign


@pytest.mark.parametrize(
    ("quorum", "cosigned", "holds"), [("none", (), True), ("X1", ("X1",), True), ("X1", ("X2",), False)]
)
def test_a_quorum_may_be_nobody_or_one_witness(quorum: str, cosigned: tuple[str, ...], holds: bool) -> None:
    text = f"witness X1 {V['X1']}\nwitness X2 {V['X2']}\nquorum {quorum}\n"
    assert parse_policy(text).satisfied(cosigned) is holds


def test_spaces_tabs_comments_empty_lines_urls_and_names_beyond_ascii_are_read() -> None:
    text = (
        f"# 见证政策\n\n \t log\t{LOG}   https://log.example.test/  \n"
        f"witness 公证处 {V['X1']} http://127.0.0.1:8100\n   # another\nquorum 公证处\ngroup unused any 公证处\n"
    )
    policy = parse_policy(text)
    assert policy.witnesses == (PolicyWitness("公证处", Cosigner("X1.example").verifier, "http://127.0.0.1:8100"),)
    assert policy.logs[0].url == "https://log.example.test/"
    assert policy.satisfied({"公证处"})
    assert parse_policy(policy_text(policy)) == policy


def test_an_ml_dsa_log_and_witness_are_read() -> None:
    text = f"log {Cosigner('l', ML_DSA_44).vkey}\nwitness W {Cosigner('w', ML_DSA_44).vkey}\nquorum W\n"
    assert policy_text(parse_policy(text)) == text


@given(st.data())
def test_every_policy_is_read_back(data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 6))
    witnesses = tuple(PolicyWitness(name, Cosigner(f"{name}.example").verifier) for name in NAMES[:count])
    free = [one.name for one in witnesses]
    groups: list[PolicyGroup] = []
    for _ in range(data.draw(st.integers(0, 4)) if free else 0):
        members = data.draw(st.lists(st.sampled_from(free), min_size=1, unique=True))
        groups.append(PolicyGroup(f"g{len(groups)}", data.draw(st.integers(1, len(members))), tuple(members)))
        free = [name for name in free if name not in members] + [groups[-1].name]
    quorum = data.draw(st.sampled_from(["none", *free]))
    policy = Policy((), witnesses, tuple(groups), quorum)
    assert parse_policy(policy_text(policy)) == policy


W = f"witness A {V['X1']}\nwitness B {V['X2']}\n"
TWICE = str(VerifierKey("other.example", 0x04, Cosigner("X1.example").verifier.public_key))
MALFORMED = {
    "nothing": "",
    "no quorum": W,
    "two quorums": f"{W}quorum A\nquorum A\n",
    "no newline at the end": f"{W}quorum A",
    "an unknown word": f"{W}quorum A\nfriend B\n",
    "upper case": f"{W}QUORUM A\n",
    "a quorum of two": f"{W}quorum A B\n",
    "a quorum that is not defined": f"{W}quorum C\n",
    "a quorum defined below": f"quorum A\n{W}",
    "a member that is not defined": f"{W}group G all A C\nquorum G\n",
    "a member defined below": f"{W}group G all A H\ngroup H all B\nquorum G\n",
    "a group in itself": f"{W}group G all A G\nquorum G\n",
    "none as a member": f"{W}group G any none\nquorum G\n",
    "a witness called none": f"witness none {V['X1']}\nquorum none\n",
    "a group called none": f"{W}group none any A\nquorum none\n",
    "a member twice": f"{W}group G all A A\nquorum G\n",
    "a member of two groups": f"{W}group G all A\ngroup H all A B\nquorum H\n",
    "a group without members": f"{W}group G all\nquorum A\n",
    "zero of two": f"{W}group G 0 A B\nquorum G\n",
    "three of two": f"{W}group G 3 A B\nquorum G\n",
    "a leading zero": f"{W}group G 01 A B\nquorum G\n",
    "a negative number": f"{W}group G -1 A B\nquorum G\n",
    "full-width digits": f"{W}group G １ A B\nquorum G\n",
    "some of two": f"{W}group G some A B\nquorum G\n",
    "a name twice": f"{W}witness A {V['X3']}\nquorum A\n",
    "a group with a witness's name": f"{W}group A all B\nquorum A\n",
    "a key twice": f"{W}witness C {V['X1']}\nquorum A\n",
    "a key twice under another name": f"{W}witness C {TWICE}\nquorum A\n",
    "a log twice": f"log {LOG}\nlog {LOG}\nquorum none\n",
    "a witness with a log's key": f"witness A {LOG}\nquorum A\n",
    "a log with a witness's key": f"log {V['X1']}\nquorum none\n",
    "a key that is none": "witness A nonsense\nquorum A\n",
    "a witness without a key": "witness A\nquorum A\n",
    "a witness with two addresses": f"witness A {V['X1']} http://a http://b\nquorum A\n",
    "a log with two addresses": f"log {LOG} http://a http://b\nquorum none\n",
    "a carriage return": f"{W}quorum A\r\n",
    "a zero byte": f"{W}quorum A\n#\0\n",
    "delete": f"{W}quorum A\n#\x7f\n",
    "a lone surrogate": f"{W}quorum A\n#\ud800\n",
    "too many lines": W + "\n" * 2000 + "quorum A\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_policy_is_refused(name: str) -> None:
    with pytest.raises(PolicyError):
        parse_policy(MALFORMED[name])


def test_an_error_names_its_line() -> None:
    with pytest.raises(PolicyError, match="line 3: C is not defined above"):
        parse_policy(f"{W}quorum C\n")


def test_thirty_two_logs_witnesses_and_groups_are_read() -> None:
    """The specification recommends at least so many."""
    lines = [f"log {TestKey(f'log{at}').vkey}" for at in range(32)]
    lines += [f"witness w{at} {Cosigner(f'w{at}').vkey}" for at in range(32)]
    lines += [f"group g{at} any w{at}" for at in range(31)]
    lines += [f"group all 20 {' '.join(f'g{at}' for at in range(31))}", "quorum all"]
    policy = parse_policy("\n".join(lines) + "\n")
    assert policy.satisfied({f"w{at}" for at in range(20)})
    assert not policy.satisfied({f"w{at}" for at in range(19)})


def test_the_witnesses_of_a_note_are_told_by_their_names_in_the_policy() -> None:
    log = GrowingLog()
    text = log.checkpoint(3).text()
    policy = parse_policy(f"witness court {Cosigner('c').vkey}\nwitness notary {Cosigner('n').vkey}\nquorum court\n")
    note = SignedNote(text, (Cosigner("c").line(text), Cosigner("stranger").line(text)))
    found = witnesses_of(policy, note)
    assert {name: one.at for name, one in found.items()} == {"court": NOW}
    assert policy.satisfied(found)


def test_a_log_key_of_either_kind_may_be_listed() -> None:
    assert parse_policy(f"log {LOG}\nquorum none\n").logs[0].key.algorithm == ED25519
