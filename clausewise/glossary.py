"""The tasks on the glossary's table."""

from __future__ import annotations

from assistant.api.schemas import term_json
from clausewise.protocol import Json
from clausewise.tasks import ImportTerms, ListTerms, PutTerms, RemoveTerms
from knowledge.terms import Term, Terms, kind_of, read_terms

BY = "command line"


def carry_out(terms: Terms, task: ListTerms | PutTerms | ImportTerms | RemoveTerms) -> Json:
    """List or change the table.

    Raises:
        BadGlossary: a pair breaks a rule; nothing was changed.
        NotFound: there is no such pair to remove.
    """
    match task:
        case ListTerms():
            return {"terms": [term_json(kept) for kept in terms.all()]}
        case PutTerms():
            given = [Term(one.term, one.same_as, kind_of(one.kind), one.note) for one in task.terms]
            return {"changed": terms.put(given, BY)}
        case ImportTerms():
            return {"changed": terms.put(read_terms(task.text, task.name), BY)}
        case RemoveTerms():
            return {"removed": terms.remove(task.term, task.same_as, BY)}
