"""What is asked beside the question itself: how rare its words are, and fewer of them."""

from earshot.search import query
from earshot.search.engine import Ask, Found
from earshot.search.query import Query
from earshot.search.question import Question, Slot
from earshot.search.rank import Frequencies

# Where nothing says enough words, the rarest words that were said at all have to do: those of at
# least this share of the rarest one's weight.
RARE_SHARE = 0.75
FEWER_WORDS_TRIED = 3


def frequency_ask(question: Question) -> Ask:
    filters = query.said_counts(question)
    counted = {"said": {"filters": {"filters": filters}}} if filters else {}
    return Ask({"match_all": {}}, 0, counted, filtered=False, chosen=False)


def frequencies(found: Found) -> Frequencies:
    buckets = (found.aggregations or {}).get("said", {"buckets": {}})["buckets"]
    return Frequencies(found.total, {word: bucket["doc_count"] for word, bucket in buckets.items()})


def fewer(question: Question, frequencies: Frequencies) -> list[Query]:
    """For fewer and fewer of the words, at last for any of the rarest that were said."""
    needed = query.enough(question)
    weights = {
        slot: frequencies.weight(slot, question)
        for slot in question.telling
        if _is_said(slot, frequencies)
    }
    least = RARE_SHARE * max(weights.values(), default=0.0)
    rare = [slot for slot in question.telling if weights.get(slot, least) >= least]
    numbers = list(range(needed - 1, 1, -1))[:FEWER_WORDS_TRIED]
    return [*(query.holds(question, n) for n in numbers), query.holds(question, 1, rare)]


def _is_said(slot: Slot, frequencies: Frequencies) -> bool:
    return any(all(frequencies.said.get(token, 0) for token in term.tokens) for term in slot.terms)
