"""Recusal from the graph of closeness."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cases.case_story import DECIDER, INVESTIGATOR, LEGAL, SECOND, Told
from holdfast.accounts.names import account_as_compared
from holdfast.cases.recusal import Edge, Why, read_edges, recusals
from holdfast.errors import InputRefusedError


def told_of(*people: str) -> Told:
    told = Told()
    for name in people:
        told.person(name)
    return told


@pytest.mark.requirement("3.7")
def test_party_target_and_whoever_is_near_them_stands_aside_with_reasons_that_hold_no_name() -> None:
    case = told_of("p1", "p2").state
    edges = (
        Edge(one="Simulated near", other="Simulated p1", why=Why.VOTES),
        Edge(one="Simulated p2", other="Simulated near", why=Why.SELF_DECLARED),
        Edge(one="Simulated far", other="Simulated near", why=Why.VOTES),
    )
    members = {
        INVESTIGATOR: ["Simulated near"],
        SECOND: ["Simulated far"],
        DECIDER: ["Simulated p1", "Simulated bot"],
        LEGAL: [],
    }
    found = recusals(case, members, edges)
    assert found == {
        INVESTIGATOR: ("near a party: votes", "near a party: self_declared"),
        DECIDER: ("party to the case",),
    }
    assert "Simulated" not in str(found)


def test_a_list_of_closeness_is_read_and_a_damaged_one_refused_with_its_line() -> None:
    assert read_edges(b"one,other,why\nA,B,votes\n") == (Edge(one="A", other="B", why=Why.VOTES),)
    with pytest.raises(InputRefusedError, match=":3:5: why"):
        read_edges(b"one,other,why\nA,B,votes\nA,B,friends\n")
    with pytest.raises(InputRefusedError, match=r"case\.edges"):
        read_edges(b"A,B\n1,2\n")


@pytest.mark.parametrize("nobody", ["P-ABCDEFGHIJKL", "old>Simulated", "Simulated#near"])
def test_a_list_of_closeness_that_names_nobody_is_refused_with_its_place(nobody: str) -> None:
    with pytest.raises(InputRefusedError, match=":3:3: other"):
        read_edges(f"one,other,why\nA,B,votes\nA,{nobody},votes\n".encode())


def parquet(**columns: list[object]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def test_flagged_pairs_of_co_action_and_votes_are_closeness() -> None:
    pairs = {"flagged": [True, False], "q": [0.001, 0.4]}
    together = parquet(account_a=["A", "C"], account_b=["B", "D"], **pairs)
    assert read_edges(together) == (Edge(one="A", other="B", why=Why.CO_ACTION),)
    assert read_edges(parquet(voter_a=["A", "C"], voter_b=["B", "D"], **pairs))[0].why is Why.VOTES
    for data in (
        parquet(x=[1]),
        b"PAR1 and no more",
        parquet(voter_a=["P-AAAABBBBCCCC"], voter_b=["B"], flagged=[True]),
    ):
        with pytest.raises(InputRefusedError, match=r"case\.edges"):
            read_edges(data)


def test_forms_of_one_account_name_match() -> None:
    assert account_as_compared("simulated_p1 ") == account_as_compared("Simulated p1") == "Simulated p1"
    assert account_as_compared("e\u0301mile") == account_as_compared("\u00c9mile")
    assert account_as_compared("") == ""
