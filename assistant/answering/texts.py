"""The fixed sentences of an answer, in the asker's language."""

from __future__ import annotations

from assistant.answering.types import DeclineReason
from knowledge.types import Language

_DECLINES: dict[str, dict[DeclineReason, str]] = {
    "zh-Hant": {
        "no_relevant_passage": "在您可查閱的文件中找不到這個問題的答案。"
        "需要的話，可以換個說法再問一次，或請同仁協助。",
        "not_supported": "找到了相關的條文，但沒有足以回答這個問題的內容。請參考所列的條文，或請同仁協助。",
        "out_of_scope": "這個問題不在文件的範圍內，建議請同仁協助。",
        "unsafe": "這個問題無法由系統回答，建議請同仁協助。",
    },
    "zh-Hans": {
        "no_relevant_passage": "在您可查阅的文件中找不到这个问题的答案。"
        "需要的话，可以换个说法再问一次，或请同事协助。",
        "not_supported": "找到了相关的条文，但没有足以回答这个问题的内容。请参考所列的条文，或请同事协助。",
        "out_of_scope": "这个问题不在文件的范围内，建议请同事协助。",
        "unsafe": "这个问题无法由系统回答，建议请同事协助。",
    },
    "en": {
        "no_relevant_passage": "The documents that you may read do not hold an answer to this question. "
        "You can ask it in other words, or ask a colleague for help.",
        "not_supported": "Related clauses were found, but nothing in them answers this question. "
        "Please see the clauses listed, or ask a colleague for help.",
        "out_of_scope": "This question is outside the documents; please ask a colleague for help.",
        "unsafe": "The system cannot answer this question; please ask a colleague for help.",
    },
}


def decline_text(reason: DeclineReason, language: Language) -> str:
    """Return the fixed text of a decline; an undetermined language gets Traditional Chinese."""
    return _DECLINES.get(language, _DECLINES["zh-Hant"])[reason]
