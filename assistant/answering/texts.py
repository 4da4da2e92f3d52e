"""The fixed sentences of an answer, in the asker's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.answering.smalltalk import Intent
from assistant.answering.types import DeclineReason
from knowledge.types import Language

_DECLINES: dict[str, dict[DeclineReason, str]] = {
    "zh-Hant": {
        "no_relevant_passage": "在您可查閱的文件中找不到這個問題的答案。",
        "not_supported": "找到了相關的條文，但沒有足以回答這個問題的內容。",
        "out_of_scope": "這個問題不在文件的範圍內。",
        "unsafe": "這個問題無法由系統回答。",
    },
    "zh-Hans": {
        "no_relevant_passage": "在您可查阅的文件中找不到这个问题的答案。",
        "not_supported": "找到了相关的条文，但没有足以回答这个问题的内容。",
        "out_of_scope": "这个问题不在文件的范围内。",
        "unsafe": "这个问题无法由系统回答。",
    },
    "en": {
        "no_relevant_passage": "The documents that you may read do not hold an answer to this question.",
        "not_supported": "Related clauses were found, but nothing in them answers this question.",
        "out_of_scope": "This question is outside the documents.",
        "unsafe": "The system cannot answer this question.",
    },
}
_LOOKED: dict[str, tuple[str, str, str]] = {  # what was looked at, what may help, what joins names
    "zh-Hant": ("查看過的是：{names}。", "其中{name}可能有幫助。", "、"),
    "zh-Hans": ("查看过的是：{names}。", "其中{name}可能有帮助。", "、"),
    "en": ("Looked at: {names}.", "{name} may help.", "; "),
}
_PERSON: dict[str, dict[bool, str]] = {  # whether asking again may find something
    "zh-Hant": {True: "可以換個說法再問一次，或請專人協助。", False: "建議請專人協助。"},
    "zh-Hans": {True: "可以换个说法再问一次，或请专人协助。", False: "建议请专人协助。"},
    "en": {
        True: "You can ask it in other words, or ask a person for help.",
        False: "Please ask a person for help.",
    },
}
_NAME = 60  # characters of a title that are named

_REMARKS: dict[str, dict[Intent, str]] = {
    "zh-Hant": {
        "greeting": "您好！我可以幫您查文件裡的規定、流程與說明，請直接輸入問題。",
        "thanks": "不客氣！還有想查的內容，隨時可以再問。",
        "goodbye": "好的，有需要時隨時再問。再見！",
        "praise": "謝謝您！還有想查的內容，請直接輸入問題。",
        "acknowledgement": "好的。請把想查的事寫成一句話，例如文件名稱、條號或要問的規定。",
        "human": "了解，您想由專人處理。這裡目前還不能直接轉接，請透過平常的聯絡管道（客服電話、電子郵件或承辦同仁）找專人協助。"
        "您也可以先把問題寫下來，我會找出相關的條文。",
        "about": "我是 Clausewise 文件助理，是電腦程式，不是真人。我只根據您可查閱的文件回答，每一句都附上條文出處；"
        "文件裡沒有的，會直接告訴您沒有。"
        "文字由這台伺服器上的語言模型撰寫，並逐句與原文核對；內部設定與提示內容不對外提供。",
        "abuse": "很抱歉沒有幫上忙。我仍然可以依文件回答您的問題；如果想由專人處理，請透過平常的聯絡管道找同仁協助。",
        "general": "我只回答文件裡有的內容，不代寫文章或程式，也不翻譯、計算或閒聊。想查規定、流程或說明，請直接輸入問題；"
        "其他需要請找專人協助。",
        "injection": "我只依文件回答問題，不會照這類指示改變回答方式。想查文件的內容，請直接輸入問題；其他需要請找專人協助。",
    },
    "zh-Hans": {
        "greeting": "您好！我可以帮您查文件里的规定、流程与说明，请直接输入问题。",
        "thanks": "不客气！还有想查的内容，随时可以再问。",
        "goodbye": "好的，有需要时随时再问。再见！",
        "praise": "谢谢您！还有想查的内容，请直接输入问题。",
        "acknowledgement": "好的。请把想查的事写成一句话，例如文件名称、条号或要问的规定。",
        "human": "了解，您想由专人处理。这里目前还不能直接转接，请通过平常的联系方式（客服电话、电子邮件或经办同事）找专人协助。"
        "您也可以先把问题写下来，我会找出相关的条文。",
        "about": "我是 Clausewise 文件助理，是电脑程序，不是真人。我只根据您可查阅的文件回答，每一句都附上条文出处；"
        "文件里没有的，会直接告诉您没有。"
        "文字由这台服务器上的语言模型撰写，并逐句与原文核对；内部设置与提示内容不对外提供。",
        "abuse": "很抱歉没有帮上忙。我仍然可以依文件回答您的问题；如果想由专人处理，请通过平常的联系方式找同事协助。",
        "general": "我只回答文件里有的内容，不代写文章或程序，也不翻译、计算或闲聊。想查规定、流程或说明，请直接输入问题；"
        "其他需要请找专人协助。",
        "injection": "我只依文件回答问题，不会照这类指示改变回答方式。想查文件的内容，请直接输入问题；其他需要请找专人协助。",
    },
    "en": {
        "greeting": "Hello! I can look up rules, procedures and instructions in the documents. Just type your question.",
        "thanks": "You are welcome! Ask again whenever there is something to look up.",
        "goodbye": "All right. Come back whenever there is something to look up. Goodbye!",
        "praise": "Thank you! If there is more to look up, just type your question.",
        "acknowledgement": "All right. Please write what you want to look up as a sentence: a document, a clause number or a rule.",
        "human": "I understand that you want a person to take care of this. I cannot connect you from here yet; "
        "please use the usual channels (customer service by phone, e-mail, or the colleague in charge). "
        "You can also write your question here first, and I will find the clauses that bear on it.",
        "about": "I am the Clausewise document assistant, a program and not a person. I answer only from documents that you may read, "
        "with the clause for every sentence, and say so when they hold no answer. A language model on this server writes the text, "
        "and each sentence is checked against its source. Internal settings and prompts are not disclosed.",
        "abuse": "I am sorry that I was of no help. I can still answer questions from the documents; if you would rather have a person "
        "take care of this, please use the usual channels.",
        "general": "I answer only what the documents hold; I do not write texts or code, translate, calculate or chat. "
        "To look up a rule, a procedure or an instruction, just type your question; for anything else please ask a person for help.",
        "injection": "I answer questions from the documents only, and instructions like this one do not change how. "
        "To look something up, just type your question; for anything else please ask a person for help.",
    },
}


def decline_text(
    reason: DeclineReason,
    language: Language,
    looked_at: Sequence[Mapping[str, object]] = (),
    may_help: Mapping[str, object] | None = None,
) -> str:
    """Return what a decline says: why, what was looked at, what may help, and the offer of a person.

    Places are named by ``title`` and ``clause``, FAQ pairs by their ``question``. An undetermined language gets Traditional Chinese.
    """
    tongue = language if language in _DECLINES else "zh-Hant"
    looked, helps, joiner = _LOOKED[tongue]
    names = list(dict.fromkeys(_name(place, tongue) for place in looked_at))
    parts = [_DECLINES[tongue][reason]]
    if names:
        parts.append(looked.format(names=joiner.join(names)))
    if may_help is not None:
        parts.append(helps.format(name=_name(may_help, tongue)))
    parts.append(_PERSON[tongue][reason in {"no_relevant_passage", "not_supported"}])
    return (" " if tongue == "en" else "").join(parts)


def remark_text(intent: Intent, language: Language) -> str:
    """Return the fixed answer to a remark; an undetermined language gets Traditional Chinese."""
    return _REMARKS.get(language, _REMARKS["zh-Hant"])[intent]


def _name(place: Mapping[str, object], tongue: str) -> str:
    asked = " ".join(str(place.get("question") or "").split())[:_NAME]
    if asked:
        return f"“{asked}”" if tongue == "en" else f"「{asked}」"
    title = " ".join(str(place["title"]).split())[:_NAME]
    clause = " ".join(str(place.get("clause") or "").split())[:_NAME]
    if tongue == "en":
        return f"“{title}”, {clause}" if clause else f"“{title}”"
    return f"《{title}》{clause}"
