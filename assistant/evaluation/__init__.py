"""Evaluation on the customer's own questions, without a judge model.

``read_questions(path)`` gives cases, ``run(cases, searcher, answerer)`` their outcomes, ``measure(outcomes)`` a
Report; ``document(report)`` is its JSON, which ``compare``, the terminal's table and the HTML page are made from.
"""
