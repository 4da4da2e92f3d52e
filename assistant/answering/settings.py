"""The [answering] table: thresholds and budgets of the ladder."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class AnsweringSettings(BaseModel):
    """Thresholds are calibrated probabilities; docs/log.md has the measurements behind the defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer_threshold: float = Field(
        0.20, ge=0, le=1, description="Relevance below which the answer is a decline."
    )
    translated_threshold: float = Field(
        0.35, ge=0, le=1, description="The same where question and passage are in different languages."
    )
    clause_threshold: float = Field(
        0.10, ge=0, le=1, description="Relevance from which the best clause is shown at once."
    )
    may_help_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Share of the threshold that declined from which the nearest clause is offered as help.",
    )
    faq_threshold: float = Field(
        0.80, ge=0, le=1, description="Match from which a FAQ answer is given word for word."
    )
    verifier: bool = Field(
        False,
        description="Let a small model judge sentences beside the rules: more everyday wording passes, a little more is declined.",
    )
    evidence_passages: int = Field(3, ge=1, le=8, description="Passages that an answer may rest on.")
    evidence_floor: float = Field(
        0.25, ge=0, le=1, description="Relevance that evidence needs, as a share of the best passage's."
    )
    quote_threshold: float = Field(
        0.90,
        ge=0,
        le=1,
        description="Relevance from which the source's nearest sentence is the answer where the check let none of the "
        "model's through.",
    )
    evidence_chars: int = Field(
        360,
        ge=80,
        le=4000,
        description="Characters of them that the model reads; a Latin letter counts as 0.4.",
    )
    max_sentences: int = Field(3, ge=1, le=10, description="Sentences of a written answer.")
    max_tokens: int = Field(220, ge=16, le=2048, description="Tokens that the model may write.")
    seed: int = Field(
        7, ge=0, le=2**31 - 1, description="Seed of the model: the same question gives the same answer."
    )
