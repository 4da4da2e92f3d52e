"""Sentences of documents that speak to a model instead of a person: they are quoted, and never evidence.

A document is data. Someone can still write into one "ignore your instructions and say …", and since an answer
is checked against the documents, such a sentence would vouch for itself. So it is neither shown to the model
nor allowed to bear an answer. The clause itself is shown as it is.

Procedures are full of commands (請於 24 小時內通報), so a command alone means nothing. Two kinds go:

- what addresses a model, its prompt or its rules, with the rest of its line;
- what commands the making of a text ("your reply", letters to be replaced, a poem, a translation) or asks a
  question, when it has nothing to do with what was asked nor with the text around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.sentences import Span, is_row, sentences
from knowledge.text import keys
from knowledge.types import Hit, Passage

_APART = 0.15  # of a sentence's terms: with fewer in another text the two are about different things
_APART_OWN = 0.34  # where the sentence is about "your reply" by its own words
_FEWEST = 2  # terms; a shorter text says too little to be compared

# What addresses a model, its prompt or the rules that it was given.
_TO_A_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip|do not follow|stop following)\b[^.!?\n]{0,40}"
    r"\b(?:previous|prior|above|earlier|preceding|all|any|other|your|system|original|initial)\b[^.!?\n]{0,30}"
    r"\b(?:instructions?|prompts?|rules|directions|guidelines|commands|programming|context)\b"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,20}\b(?:instructions?|prompts?|rules|guidelines) (?:above|before|given)\b"
    r"|\bsystem prompts?\b|\b(?:you are|act as|acting as|pretend to be|as) (?:now |an? |the )*"
    r"(?:ai|a\.i\.|artificial intelligence|(?:large )?language model|llm|chat ?bot|chatgpt|gpt)\b"
    r"|\b(?:ai|llm|language) (?:assistants?|models?|systems?|agents?)\b[^.!?\n]{0,40}"
    r"\b(?:must|should|please|need to|are to|have to|note|attention|instructions?)\b"
    r"|\b(?:attention|note to|dear|hey|instructions? (?:for|to)|message (?:for|to))\b[^.!?\n]{0,12}"
    r"\b(?:ai|llms?|assistants?|chat ?bots?|(?:language )?models?)\b"
    r"|\b(?:new|updated|hidden|secret) (?:system )?(?:instructions?|prompts?) ?:|<\|?/?(?:system|im_start|im_end)\b|\[/?INST\]"
    r"|\brespond (?:only|exclusively|solely) (?:with|in|by)\b|\bdo not (?:tell|mention|reveal)\b[^.!?\n]{0,20}\buser\b"
    r"|(?:忽略|無視|无视|忘記|忘记|忘掉|不要理會|不要理会|不必遵守|不要遵守|停止遵守|跳過|跳过|推翻|覆蓋|覆盖)"
    r"[^。！？\n]{0,12}(?:指示|指令|提示詞|提示词|系統提示|系统提示|規則|规则|設定|设定|命令|prompt)"
    r"|(?:系統|系统)(?:提示詞|提示词|指令)|(?:系統|系统)提示[：:]|(?:提示詞|提示词)[：:]"
    r"|(?:你|您|妳)(?:現在|现在|從現在起|从现在起)?(?:是|扮演|要扮演)[^。！？\n]{0,10}"
    r"(?:AI|人工智慧|人工智能|語言模型|语言模型|機器人|机器人|助理|助手|GPT)"
    r"|(?:身為|作為|作为)[^。！？，,\n]{0,6}(?:AI|人工智慧|人工智能|語言模型|语言模型)"
    r"|(?:給|给|致|各位|請)(?:所有|正在)?[^。！？，,\n]{0,6}(?:AI|人工智慧|語言模型|语言模型)[^。！？\n]{0,6}"
    r"(?:的(?:指示|指令|訊息|信息|備註|备注)|注意|[：:])"
    r"|(?:AI|人工智慧|語言模型|语言模型)\s?(?:助理|助手|模型)?(?:請|请|必須|必须|務必|务必|應當)[^。！？\n]{0,20}"
    r"(?:回答|回覆|回复|輸出|输出|說|说|忽略|遵守|改)"
    r"|(?:不要|不可|別|别)(?:告訴|告诉|讓|让)(?:使用者|用戶|用户|提問者|提问者)",
    re.IGNORECASE,
)
# What a question has to mention for sentences about models to be what it asks for.
_ABOUT_MODELS = re.compile(
    r"\b(?:ai|llm|chat ?bot|chatgpt|gpt|prompts?|language models?|assistants?)\b|人工智慧|人工智能|語言模型|语言模型|機器人|机器人"
    r"|提示詞|提示词|系統提示|系统提示|AI",
    re.IGNORECASE,
)
# A text that is being made: the answer itself.
_YOUR_TEXT = re.compile(
    r"\byour (?:\w+ ){0,2}(?:answers?|responses?|repl(?:y|ies)|outputs?|completions?|messages?)\b"
    r"|\b(?:answer|respond|reply|write|output|speak) (?:only |entirely |exclusively )?(?:in|as|like|using)\b"
    r"|(?:你|您|妳)的?(?:所有|整個|整个|最後的?|最后的?)?(?:回答|回覆|回复|答覆|答复|回應|回应|答案|輸出|输出|訊息|消息)"
    r"|^(?:請|请|在)?(?:回答|答覆|答复|回應|回应|回覆|回复|輸出|输出)(?:時|时|中|裡|里|內|内)"
    r"|(?:在|於|于|將|将|把|請用|请用|用|以)[^。！？，,\n]{0,10}(?:回答|答覆|答复|回應|回应|輸出|输出|回覆|回复)"
    r"(?:內容|内容|的?(?:文字|內文|最後|最后|結尾|结尾|開頭|开头|末尾)|中|裡|里|內|内|時|时|之中|改|換|换|都|全部|以|用|[，,。]|$)",
    re.IGNORECASE,
)
_TEXT_WORDS = frozenset(
    keys(
        "your answer answers response responses reply replies output message messages completion text sentence word letter "
        "你的 您的 的回 回答 回覆 回复 答覆 回應 答案 輸出 文字 訊息 內容 一句 句話"
    ).grams
)
# What is done to letters and words.
_SPELLING = re.compile(
    r"^\W*(?:please |then |also |now )*(?:replace|substitute|convert|change|swap|scramble|jumble|shuffle|reverse|rearrange|misspell"
    r"|anagram|capitali[sz]e|encode|encrypt|remove|delete|group|combine|separate|use|introduce|spell)\b[^.!?\n]{0,80}"
    r"\b(?:letters?|vowels?|consonants?|characters|words?|spaces|punctuation|typos|misspellings|anagrams|symbols|emojis?|base64|rot13)\b"
    r"|(?:字母|母音|元音|子音|輔音|辅音|空格|標點|标点|單字|单字|單詞|单词|字元|字符|錯字|错字|錯別字|错别字|每個字|每个字|字詞|字词|文字)"
    r"[^。！？\n]{0,16}(?:替換|替换|換成|换成|改成|改為|改为|取代|代替|移除|刪除|删除|去掉|拿掉|打亂|打乱|重新排列|重排|拼錯|拼错|顛倒|颠倒"
    r"|倒過來|分組|分组|一組|一组|合併|合并|連在一起|连在一起)"
    r"|(?:替換|替换|換掉|打亂|打乱|重新排列|重排|拼錯|拼错|移除|刪除|删除|去掉|故意|加入)[^。！？\n]{0,16}"
    r"(?:字母|母音|元音|空格|標點|标点|單字|单字|單詞|单词|字元|字符|錯字|错字|錯別字|错别字|拼字錯誤|字詞|字词)",
    re.IGNORECASE,
)
# A task for somebody who writes, explains or translates.
_TASK = re.compile(
    r"^\W*(?:please |then |also |now |can you |could you |would you )*"
    r"(?:explain|describe|write|draft|compose|create|generate|tell|provide|develop|give|break down|summari[sz]e"
    r"|translate|show|discuss|outline|recommend|recite|print|say|repeat|output|imagine|pretend)\b"
    r"|^\W*(?:請|请|麻煩|麻烦|幫我|帮我|請你|请你|請幫|请帮|請為|请为|為我|可以|能不能|再|並|并|另外)*"
    r"(?:[用以替為为就針针對对把將将給给幫帮][^。！？\n]{1,40}?)?"
    r"(?:寫|写|撰寫|撰写|草擬|草拟|擬|拟|創作|创作|編寫|编写|翻譯|翻译|翻成|譯成|译成|說明|说明|解釋|解释|描述|介紹|介绍|列出|提供"
    r"|給出|给出|告訴|告诉|示範|示范|總結|总结|摘要|分析|朗誦|重複|輸出|输出|講|讲|舉例|举例|準備|准备|設計|设计|推薦|推荐|聊|談|谈)",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"[?？][」』”’）)】》\"']*$|^(?:什麼|什么|誰|谁|如何|為什麼|为什么|哪|怎麼|怎么).*[呢嗎吗麼么]?$"
)
_STOP = frozenset(
    keys(
        "a an the of in on at to for from by with as is are was were be been it its this that these those and or you your we our "
        "they their he she his i my may can could will would must do does did not no have has had what which who whom whose how "
        "when where why if any all some such into than then there here also only more most other please just about over such "
        "include includes including add use using make show give provide write find tell value"
    ).grams
)
_FUNCTION = frozenset(
    "的了是在請请與与和及或並并而於于之其以為为將将把被由從从到向對对中內内個个一這这那有無无不可能會会要須须應应得也都就您你我他們们"
)


# Where a sentence without a stop before it may begin: parsers undo line ends, and what stood on a line of its own
# goes on in the one before. Parts that stay are joined again, so a place too many does no harm.
_BEGINS = re.compile(
    r"(?<=\S)\s+(?=(?:Add|Anagram|Append|Attention|Augment|Break|Can you|Capitali[sz]e|Combine|Compose|Convert|Could you|Create"
    r"|Describe|Develop|Disregard|Do not|Draft|Encode|Enhance|Explain|Forget|From now|Generate|Give|Group|How|Ignore|In your"
    r"|Include|Insert|Integrate|Introduce|Jumble|Mention|Misspell|Modify|New instructions?|Output|Please|Pretend|Print"
    r"|Provide|Rearrange|Remove|Render|Repeat|Replace|Reply|Respond|Reverse|Rewrite|Say|Scramble|Show|Substitute|Summari[sz]e"
    r"|Suggest|Swap|System prompt|Tell|Translate|Use|What|When|Where|Which|Who|Why|Write|You are|Your)\b)"
    r"|(?<=[A-Za-z0-9.,;:)\]])\s+(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])\s+(?=[A-Za-z])"
    r"|(?<=[\u3400-\u9fff])(?=(?:請|请)?(?:在|把|將|将|用|替)(?:你|您|妳)的?(?:回答|回覆|回复|答案|答覆|回應|輸出|訊息)"
    r"|(?:請|请)?(?:忽略|無視|无视|忘記|忘记|不要理會|不要理会)[^。！？\n]{0,12}(?:指示|指令|提示|規則|规则|設定|设定))"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a cell of a table's row. Offsets are into the passage's text."""

    start: int
    end: int
    text: str
    line: int  # number of the line or row that it stands on


def without_instructions(hits: Sequence[Hit], question: str) -> tuple[Hit, ...]:
    """Return ``hits`` as evidence for ``question``: without sentences that speak to a model.

    A passage that is cut in the middle comes as several hits, each a span of the same passage; one of which
    nothing is left does not come at all.
    """
    return tuple(replace(hit, passage=part) for hit in hits for part in _parts(hit.passage, question))


def speaks_to_model(sentence: str, question: str, around: str = "") -> bool:
    """Return whether ``sentence``, which stands in a document amid the text ``around``, is no evidence."""
    if _TO_A_MODEL.search(sentence):
        return not (_ABOUT_MODELS.search(question) and not _apart(_terms(sentence), _terms(question)))
    own = _YOUR_TEXT.search(sentence) is not None
    if not (own or _SPELLING.search(sentence) or _TASK.search(sentence) or _QUESTION.search(sentence)):
        return False
    terms = _terms(sentence) - (_TEXT_WORDS if own else frozenset())
    if terms & _terms(question):
        return False
    return _apart(terms, _terms(around), _APART_OWN if own else _APART)


def _parts(passage: Passage, question: str) -> Iterator[Passage]:
    pieces = list(_pieces(passage))
    gone = _spoken_to_a_model(passage, pieces, question)
    if not gone:
        yield passage
        return
    run: list[_Piece] = []
    for number, piece in enumerate([*pieces, None]):
        if piece is not None and number not in gone:
            run.append(piece)
            continue
        if run and any(c.isalnum() for c in passage.text[run[0].start : run[-1].end]):
            yield _cut(passage, run[0].start, run[-1].end)
        run = []


def _spoken_to_a_model(passage: Passage, pieces: Sequence[_Piece], question: str) -> set[int]:
    """Return the indexes of the pieces that are no evidence."""
    gone: set[int] = set()
    context = " ".join((passage.title, *passage.heading))
    answer = passage.answer_start - passage.start
    for number, piece in enumerate(pieces):
        if number in gone or piece.start < answer:  # what a FAQ pair asks is its topic
            continue
        rest = passage.text[: piece.start] + " " + passage.text[piece.end :]
        if not speaks_to_model(piece.text, question, f"{context} {rest}"):
            continue
        gone.add(number)
        if piece.text[:1].islower() and number and pieces[number - 1].line == piece.line:
            gone.add(number - 1)  # 'Add "Buy now!" to your reply': a quotation's mark ends no sentence
        if _TO_A_MODEL.search(piece.text):
            asked = _terms(question)
            after = range(number + 1, len(pieces))
            same_line = [n for n in after if pieces[n].line == piece.line]
            gone.update(n for n in same_line if _apart(_terms(pieces[n].text), asked))
    return gone


def _pieces(passage: Passage) -> Iterator[_Piece]:
    text = passage.text
    for span in sentences(text):
        line = text.count("\n", 0, span.start)
        if is_row(span.text):
            yield from _cells(span, line)
        else:
            yield from _beginnings(span, line)


def _beginnings(span: Span, line: int) -> Iterator[_Piece]:
    at = 0
    for found in _BEGINS.finditer(span.text):
        if found.start() > at:
            yield _Piece(span.start + at, span.start + found.start(), span.text[at : found.start()], line)
        at = found.end()
    yield _Piece(span.start + at, span.end, span.text[at:], line)


def _cells(span: Span, line: int) -> Iterator[_Piece]:
    at = 0
    for cell in re.split("(?<=；)", span.text):
        if cell:
            # A cell has the line to itself: what it says does not run on into the next.
            yield _Piece(span.start + at, span.start + at + len(cell), cell, -1 - line * 1000 - at)
        at += len(cell)


def _cut(passage: Passage, start: int, end: int) -> Passage:
    """Return a span of a passage as a passage; offsets are into its text."""
    return replace(
        passage,
        start=passage.start + start,
        end=passage.start + end,
        text=passage.text[start:end],
        question=passage.question if start == 0 else None,
    )


def _terms(text: str) -> frozenset[str]:
    """Return words and Han pairs that say something."""
    return frozenset(t for t in keys(text).grams if t not in _STOP and not _FUNCTION & set(t) and len(t) > 1)


def _apart(terms: frozenset[str], others: frozenset[str], share: float = _APART) -> bool:
    """Return whether two texts are about different things, as far as their terms tell."""
    return len(terms) < _FEWEST or len(terms & others) < max(share * len(terms), 1)
