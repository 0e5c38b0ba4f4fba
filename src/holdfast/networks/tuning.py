"""Every number of the detector that somebody chose: value, unit, what it means and where it was measured.

docs/tuning.md is made of this file by `scripts/tuning_page`. A module binds the numbers that it uses to names of its
own, so that compiled kernels see plain numbers. What says "chosen, not measured" is a judgement that nobody tested.
"""

from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

CHOSEN = "chosen, not measured"


def number(value: T, unit: str, meaning: str, where: str = CHOSEN) -> T:
    """A field of `Tuning` with what the page says about it."""
    found: T = field(default=value, metadata={"unit": unit, "meaning": meaning, "where": where})
    return found


# fmt: off
@dataclass(frozen=True, kw_only=True)
class Tuning:
    """The numbers of networks and findings, by the file that uses them. Changing one changes results."""


    # networks/agreement.py
    shared_polls: int = number(
        10, "elections", "Elections in which both voted for or against; below it a pair is not tested.",
        "chosen, not measured; the published counts of docs/how-we-know-votes.md are made with it")
    bulk_pairs: int = number(
        200, "pairs", "From so many pairs on, the spread of their z may shrink the null below N(0, 1).")
    agreement_block: int = number(
        512, "rows", "Voters whose products with all others are taken at once; bounds memory, changes no result.")
    leniency_votes: int = number(
        5, "votes", "Votes of no leaning that are added to each voter before the leniency is taken.",
        "chosen, not measured; docs/how-we-know-votes.md says so")
    iqr_to_deviation: float = number(
        1.3489795, "deviations", "Interquartile range of N(0, 1): twice its upper quartile, 0.67448975.",
        "mathematics: the quantile function of the normal distribution")

    # networks/bipartite_null.py
    bipartite_rounds: int = number(
        5_000, "rounds",
        "Rounds of the fixed point after which fitting the bipartite configuration model is given up with an error.")
    bipartite_close: float = number(
        1e-8, "relative difference", "Met degrees this close to the wanted ones end the fit.",
        "chosen, not measured; bench/coaction_peers.py finds the pairs that bicm finds")

    # networks/bloc_gate.py
    planted_bloc_sizes: tuple[int, ...] = number(
        (5, 10, 20, 40, 60), "members", "Sizes of the blocs that the gate plants to learn the power of a run.")
    gate_voters: int = number(
        200, "voters", "The most active voters whom a replicate of the gate uses, at most; the file says so.",
        "chosen, not measured; bounds the time of 60 runs")
    gate_polls: int = number(
        100, "elections", "Elections that a replicate of the gate uses, at most.",
        "chosen, not measured; bounds the time of 60 runs")
    gate_permutations: int = number(
        99, "draws", "Permutations in the tests of a replicate: p cannot go below 0.01 there.")

    # networks/bloc_test.py
    bloc_folds: int = number(
        4, "parts", "Parts of the elections; each is tested with groups that the others propose.",
        "decision 0080: two halves lost the weak blocs of 60 among 2,000 voters (simulated)")
    bloc_level: float = number(
        0.05, "p", "Family-wise p at or below which a bloc is published, if the gate lets anything be published.")
    bloc_polls: int = number(12, "elections", "Fewer elections: no bloc is looked for.")
    bloc_voters: int = number(30, "voters", "Fewer voters with three votes or more: no bloc is looked for.")
    tested_reach: float = number(
        0.6, "share", "Chance to follow a call under which turning out together is weighed in the permutation test.")
    exchanged_voters: int = number(
        12, "voters", "About so many voters of like expectation change places with one another in an election.")
    permutation_chunk: int = number(64, "draws", "Permutations that are drawn at once; bounds memory.")
    first_bloc_permutations: int = number(99, "draws", "Permutations of a first look at all candidates.")
    bloc_hope: float = number(
        0.1, "p", "When every candidate is above this after the first look, the rest is not drawn.")
    same_bloc: float = number(
        0.2, "Jaccard index", "Groups of two folds that are this alike are taken for one group found again.")

    # networks/blocs.py
    smallest_bloc: int = number(
        5, "members", "A smaller bloc is not looked for: circles of two to four friends are innocent and common.",
        "chosen, not measured; decision 0080 names the circles")
    largest_bloc: int = number(100, "members", "A larger bloc is not looked for.")
    called_share: float = number(
        0.1, "share", "Prior chance that an election is called for, and the same for against.")
    loyalty: float = number(0.92, "share", "Chance that a member who comes on a call votes as called.")
    reaches: tuple[float, float] = number(
        (0.35, 0.75), "share", "Chances that a call reaches a member; they are weighed equally (theta).")
    growth_seeds: int = number(60, "voters", "Best-connected voters from whom groups are grown.")
    many_voters: int = number(
        800, "voters", "From so many on a search takes more starts; few candidates are tested all the same.",
        "chosen on simulated elections, not measured alone; docs/how-we-know-votes.md")
    refined_starts: int = number(
        10, "groups", "Best starts that are refined under the bloc model; twice as many among many voters.",
        "chosen on simulated elections, not measured alone; docs/how-we-know-votes.md")
    outcome_floor: float = number(
        0.003, "chance", "No outcome is held less likely than this, so that one rare vote cannot decide.")
    residual_damp: float = number(
        0.01, "variance",
        "Added to a variance before a residual is standardised, so that near-certain outcomes do not explode.")
    dropped_polls: float = number(
        0.05, "share", "Elections that speak most for a group and are left out when a start is judged.")
    search_directions: int = number(
        6, "eigenvectors", "Leading eigenvectors whose ends are tried as large loose groups.")
    quartile_pairs: int = number(
        200_000, "pairs", "Pairs from which the quartiles of all scores are taken, about; bounds time.")

    # networks/calibration.py
    gate_replicates: int = number(
        60, "runs",
        "Repetitions for each null: with none found, about the least that bounds the rate below the target.",
        "arithmetic: 1 - 0.05 ** (1 / 60) is 0.049 (Clopper and Pearson)")
    gate_actions: int = number(
        2_000_000, "actions",
        "Above it a repetition is a subsample of whole kinds of objects, and its rate is scaled up.",
        "chosen, not measured; bounds time")
    replicates_per_injection: int = number(
        6, "runs", "One run with planted groups for each so many repetitions of a null; three at least.")
    interval_level: float = number(
        0.95, "share", "Level of the intervals and bounds that a run prints.", "chosen, not measured; the usual 95 %")

    # networks/coaction.py
    windows_s: tuple[int, ...] = number(
        (300, 3600, 21600, 86400, 172800), "seconds",
        "Windows that are looked at together when nobody names others: 5 minutes to 2 days.")
    lag_looked_at: float = number(
        1e-4, "p", "Pairs with a smaller p by key A are also tested by their lags (key B).",
        "chosen, not measured; bounds time")

    # networks/counting.py
    crowd_accounts: int = number(
        100, "accounts", "More distinct accounts in one window on one object are a crowd: skipped and counted.",
        "chosen, not measured; docs/how-we-know.md says so")
    crowd_actions: int = number(
        800, "actions", "More actions in one window on one object are a crowd at once; bounds the walk back.")
    epoch_weeks: int = number(
        9, "weeks", "Strengths are taken per epoch: long enough for a rate, short enough for a career.")
    least_episodes: int = number(3, "episodes", "Pairs with fewer episodes are never candidates.")
    strength_bins: int = number(
        16, "classes", "Half decades of s_u s_v / 2W from 1e-6 to 1e2.", "arithmetic: eight decades")
    fold_weeks: int = number(
        2, "weeks", "Stretches of this length propose groups and test them by turns.",
        "chosen, not measured; decision 0070")

    # networks/gate.py
    false_groups_per_run: float = number(
        0.05, "groups a run",
        "False groups, or false likenesses, that are tolerated on data without the effect, of the worst kind.",
        "a judgement; docs/how-we-know.md")

    # networks/groups.py
    proposing_p: float = number(
        0.03, "p", "A pair proposes itself for a group when its meetings in one half have a smaller Poisson p.")
    expected_inflation: float = number(
        1.2, "factor",
        "The expected meetings are raised by this before proposing: rates inside a cell differ somewhat.")
    expected_floor: float = number(
        1e-3, "meetings",
        "Added to the expected meetings, so that a pair without any expectation is not infinitely odd.")
    smallest_group: int = number(
        3, "members", "A smaller group is not published.", "docs/how-we-know.md: three members never form a 4-truss")
    confirmed_times: float = number(
        3.0, "factor", "A group of pairs must have this many times the meetings that the exchange by kinds gives.",
        "decision 0073: false ones had 1.5 to 1.8, planted ones 5 to 20 (simulated)")
    first_group_permutations: int = number(99, "draws", "Permutations of a first look at all candidates.")
    group_hope: float = number(
        0.05, "p", "When no candidate is at or below this after the first look, the rest is not drawn.")
    member_p_kinds: float = number(
        0.01, "p", "A member whose own p against an exchange by kinds is larger is left out.")
    member_p_objects: float = number(
        0.10, "p", "A member whose own p against the exchange by objects is larger is left out.")
    object_block_weeks: int = number(
        8, "weeks", "Visits to one object change places within stretches of this length.",
        "decision 0070: one month in place of two cost a tenth of the recall (simulated)")
    joiner_p_objects: float = number(
        0.01, "p", "An account joins a group only at or below this p against the exchange by objects.")
    coherent_share: float = number(
        1 / 3, "share", "A candidate of which a smaller part stays after members are left out is none.")
    joining_rounds: int = number(3, "rounds", "Times that accounts are asked to join the group as it has grown.")
    least_joining_scale: float = number(
        0.2, "variance by mean", "Least scale of the gamma tail by which joiners are tested.")
    tie_cap: float = number(
        12.0, "-log10 p", "A tie between two accounts weighs no more than this when groups are proposed.")
    rounding: float = number(
        1e-4, "meetings", "Permuted and seen sums this near are equal: they were added in another order.")
    least_mean: float = number(
        0.02, "meetings", "Least mean of the permuted meetings that ratio and surplus are divided by.")

    # networks/interests.py
    interest_dimensions: int = number(
        32, "dimensions", "Dimensions of the space in which objects of like public lie near.")
    interest_oversampling: int = number(
        8, "dimensions", "Further dimensions that the randomised decomposition carries and drops.",
        "chosen, not measured; usual in Halko, Martinsson and Tropp 2011")
    interest_powers: int = number(4, "rounds", "Power iterations of the randomised decomposition.")
    interest_rounds: int = number(8, "rounds", "Rounds of spherical k-means.")
    interest_accounts: int = number(3, "accounts", "An object of fewer accounts has no interest of its own to show.")
    interest_refinements: int = number(
        6, "rounds", "Rounds in which each object takes the kind that stands out among its accounts.")
    visits_per_kind: int = number(3_500, "visits", "One kind of objects for each so many visits.")
    most_kinds: int = number(512, "kinds", "More kinds of objects are not made.")
    interest_seeds_from: int = number(
        4_000, "objects", "Most popular objects from which k-means takes its first centres.")

    # networks/lag.py
    control_lag_s: int = number(
        14 * 86400, "seconds", "Lags above the window and up to this (14 days) are the control.",
        "chosen, not measured; docs/how-we-know.md")
    lag_p: float = number(0.01, "p", "Key B passes below this p.", "chosen, not measured; docs/how-we-know.md")
    ratio_pairs: int = number(
        10_000, "pairs",
        "Pairs from which the benign ratio of close to late meetings is taken, at most; bounds time.")

    # networks/link_calibration.py
    innocent_pairs: int = number(
        600, "pairs", "Innocent pairs of each kind, at most.",
        "chosen, not measured; docs/how-we-know-votes.md: no number below about 100 in 10,000 can be shown with 600")
    least_innocent_pairs: int = number(100, "pairs", "Fewer innocent pairs of a kind are not enough to compare with.")
    most_innocent_pairs: int = number(
        1_200, "pairs", "For runs of many looks: half of these, none as alike, bound ten looks at the gate's target.",
        "arithmetic: 10 (1 - 0.05 ** (1 / 600)) is 0.0498")
    like_activity: float = number(
        2.5, "factor", "Accounts are comparable whose numbers of edits lie within this factor.")

    # networks/linking.py
    linked_accounts: int = number(
        10, "accounts", "More accounts cannot be compared at a time: linking is for the few that a case is about.",
        "a judgement; docs/how-we-know-votes.md")
    linked_edits: int = number(20, "edits", "An account with fewer edits is not compared.")
    linked_sessions: int = number(5, "sessions", "An account with fewer sessions is not compared.")
    session_gap_s: int = number(
        3600, "seconds", "Time without an edit after which a session has ended.",
        "chosen, not measured; an hour is usual in studies of editing sessions (Geiger and Halfaker 2013)")
    alternation_s: int = number(
        600, "seconds",
        "A session of one account that begins within this time after one of the other ended counts as alternation.")

    # networks/nulls.py
    jitter_s: int = number(
        14 * 86_400, "seconds", "Furthest that an action moves under the null that jitters (14 days).",
        "decision 0071; chosen, not measured")
    popularity_classes: int = number(
        10, "classes", "Classes of popularity inside which the shuffle exchanges accounts, at most.")
    least_in_cell: int = number(
        50, "actions", "Mean actions in a cell of the shuffle below which classes get fewer and stretches longer.",
        "decision 0071: with seven hardly anything was exchanged")
    injected_sizes: tuple[int, ...] = number(
        (5, 10, 25), "members", "Sizes of the groups that the gate plants to learn the recall.")
    injected_paces_s: tuple[int, ...] = number(
        (3600, 21600, 86400, 172800), "seconds",
        "Mean delays of the groups that the gate plants: an hour to two days.")
    injected_events: int = number(20, "events", "Events of each group that the gate plants.")
    injected_participation: float = number(
        0.5, "share", "Chance that a member of a planted group takes part in one of its events.")
    injected_busy: tuple[int, int] = number(
        (15, 600), "actions", "Accounts with at least and at most so many actions are planted.")

    # networks/plain_count.py
    plain_pairs: int = number(
        300_000_000, "pairs", "Plain counting refuses input that would give more pairs of actions; bounds memory.")

    # networks/poll.py
    poll_voters: int = number(20, "voters", "An election with fewer voters is not compared with others.")
    poll_others: int = number(10, "elections", "Other elections with as many voters that are needed to compare with.")
    poll_draws: int = number(
        499, "draws", "Draws of days and hours, and of recipients, in the checks of one election.")

    # networks/run.py
    most_windows: int = number(6, "windows", "Windows that one run can look at.")

    # networks/strength.py
    trusted_pairs: int = number(
        50, "pairs", "A class of strength tells the shape of the tail only with more pairs of exactly two episodes.")
    trusted_ratio: float = number(1.05, "factor", "And only when these are more by this factor than Poisson gives.")
    poisson_shape: float = number(
        1e6, "shape", "Shape of the negative binomial that is as good as Poisson: used where no class is trusted.",
        "mathematics: the limit of a large shape")
    strength_strata: int = number(
        24, "strata",
        "Strata of activity from which pairs are drawn for the expected number of pairs with two episodes.")
    strength_draws: int = number(1_500, "pairs", "Pairs that are drawn from two strata, at most; bounds time.")

    # networks/structure.py
    truss: int = number(
        4, "truss", "Every edge lies in at least this less two triangles: a leaked pair rarely does.",
        "chosen, not measured; docs/how-we-know.md says what it costs")
    leiden_runs: int = number(8, "runs", "Runs of Leiden that a group's stability is taken over.")

    # networks/turnout.py
    epoch_polls: int = number(
        30, "elections", "Eagerness and pull are fitted in epochs of about so many elections.",
        "chosen, not measured; docs/how-we-know-votes.md")
    most_epochs: int = number(60, "epochs", "Epochs, at most; bounds time.")
    turnout_rounds: int = number(25, "rounds", "Rounds of fitting turnout, at most.")
    turnout_close: float = number(
        1e-3, "relative difference", "Counts of voters this close to those seen end the fit of turnout.")

    # networks/votes.py
    searched_voters: int = number(
        1_500, "voters",
        "Voters among whom blocs are looked for, at most; the least active are left out of the search.",
        "chosen, not measured; bounds time and memory")

    # findings/change_points.py
    change_replicates: int = number(
        1_999, "draws", "Series without a change against which one is tested.",
        "chosen, not measured; docs/findings.md gives the rate of false alarms")
    change_points: int = number(
        16, "values", "A shorter series is not tested for a change.", "chosen, not measured; docs/findings.md")
    change_edge: float = number(
        0.1, "share", "No change is looked for in the first and last tenth: too few values to know a level from.",
        "chosen, not measured; docs/findings.md")
    most_memory: float = number(
        0.97, "correlation",
        "First-order memory that a series is held to have, at most: at 1 it would have no level.")
    run_in: int = number(
        100, "values", "Simulated values that are thrown away, so that a series does not remember its start.")

    # findings/elections.py
    finding_voters: int = number(
        20, "voters", "An election with fewer voters is not tested.", "chosen, not measured; docs/findings.md")
    finding_others: int = number(
        20, "elections", "Other elections that are needed to compare with.", "chosen, not measured; docs/findings.md")

    # findings/false_alarms.py
    far_from_measured: float = number(
        3.0, "factor",
        "A lake that is this many times larger or smaller than the measured one is said to be far from it.",
        "a judgement")

    # findings/nulls.py
    least_peers: int = number(
        4, "wikis", "Wikis of like size that are needed to compare with.", "chosen, not measured; docs/findings.md")
    explanation_replicates: int = number(
        499, "draws", "Replicates for the tests of innocent explanations, which decide nothing.")

    # findings/permutation.py
    block_permutations: int = number(
        999, "draws", "Permutations of targets among the blocks of one day: p cannot go below 0.001.",
        "chosen, not measured; docs/findings.md")
    tested_blocks: int = number(
        20_000, "blocks", "Of more blocks a random part is tested, so that the cost stays bounded.")
    least_blocks: int = number(30, "blocks", "Fewer blocks are not tested.")


# fmt: on
TUNING = Tuning()
"""The one that is used."""
