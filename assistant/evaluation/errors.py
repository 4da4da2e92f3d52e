"""What can go wrong with an evaluation before it begins.

EvaluationError (never raised itself)
├── BadQuestions     a file of questions cannot be read, or a line of it breaks a rule
└── BadComparison    an earlier result cannot be read, or is about other questions
"""

from __future__ import annotations

from typing import ClassVar


class EvaluationError(Exception):
    """Root of this package's errors; catch it, never raise it."""

    code: ClassVar[str] = "evaluation_error"


class BadQuestions(EvaluationError):
    """The questions cannot be used; the message names the line, what stands there and what may."""

    code = "bad_questions"


class BadComparison(EvaluationError):
    """The earlier result cannot be compared with this one."""

    code = "bad_comparison"
