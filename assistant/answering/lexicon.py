"""What words of rules and notices mean for a comparison: which exclude each other, which say the same.

Two kinds of entries, Chinese in Traditional characters (patterns are folded when they are compiled): *marks*, words
whose exchange turns a statement into another one (前 and 後, 以上 and 以下, may and must), and *synonyms*, which stand
for each other in such texts. A mark's kind says what can stand in its place; its value says which it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.text import fold

DATED = "\U000f0000-\U000f0fff"  # stand for dates and times of day in a text that is being read
COUNTED = "\U000f1000-\U000f1fff"  # and these for other amounts
_A = f"[{DATED}{COUNTED}]"
_D = f"[{DATED}]"
_C = f"[{COUNTED}]"


@dataclass(frozen=True, slots=True)
class Word:
    """What one expression stands for: marks in order, or other words."""

    marks: tuple[tuple[str, str], ...] = ()
    text: str = ""


NOT = ("not", "-")
UNLESS = ("not", "if")  # the denied condition of a denial: 非經同意不得, not without
MAY = ("modal", "may")
MUST = ("modal", "must")
FREE = ("fee", "-")
# A mark that belongs to what stands before it (以上, 內) ends in "<", one that belongs to what follows in ">".
UP, DOWN = ("bound", "up>"), ("bound", "down>")
UP_BACK, DOWN_BACK = ("bound", "up<"), ("bound", "down<")
BEFORE, AFTER, WITHIN = ("order", "before>"), ("order", "after>"), ("order", "within>")
BEFORE_BACK, AFTER_BACK, WITHIN_BACK = ("order", "before<"), ("order", "after<"), ("order", "within<")
ALL, SOME = ("share", "all"), ("share", "some")

_MONEY = "(?:新台幣|nt\\$|\\$)?\\s*"
# Tried in this order: what is longer or more certain stands first.
_MARKS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("未(?=[^,。;]{1,8}(?:之|以)?前)", ()),  # 未洩壓前 is 洩壓前
    ("不得不|不能不|不可不|無法不|非[^,。;]{1,8}不可", (MUST,)),
    (("(?:未|沒有?|非)(?:先|事先|事前)?(?:經|獲|取得|得到|徵得|報經|有(?=[^,。;]{0,10}(?:同意|核准|許可|授權)))"
     "|沒有?(?=[^,。;]{0,10}(?:同意|核准|許可|授權|批准))|\\bwithout\\b"
     "|\\bunless(?=\\s+(?:\\w+\\s+){0,4}(?:approv|authori|permi|consent|agree))"), (UNLESS,)),
    (("免費|免付費|免收費用?|免收錢|不(?:用|必|須|需要?|會|得)?(?:另外?|再)?(?:付|繳|收|花)取?(?:任何|額外)?(?:錢|費用|[年月運保學]?費(?![率用]))|不另收費"
      "|\\b(?:free\\s+of\\s+charge|for\\s+free|at\\s+no\\s+(?:extra\\s+|additional\\s+)?(?:cost|charge)"
      "|without\\s+(?:a\\s+|any\\s+)?charge|no\\s+charge|costs?\\s+nothing|(?:is|are)\\s+(?:not\\s+charged|free)(?![- ]))"), (FREE,)),
    ("(?:須|需|要|應)?(?:自費|付費)|(?:須|需要?|要|應)(?:另外?)?(?:付錢|收費)", (("fee", "+"),)),
    ("(?:可以?|得|能夠?)不(?![得可能會])", (NOT, MUST)),
    ("(?:無|沒有)(?:使用)?(?:上限|限制)|不限量?|\\b(?:unlimited|no\\s+(?:upper\\s+)?limit)\\b", (("only", "-"),)),
    ("不限於?|不拘|無限制|\\bnot\\s+(?:limited|restricted)\\s+to|\\bopen\\s+to\\s+(?:all|every)", (("only", "-"),)),
    ("[僅只]限於?|限於(?!額)|\\b(?:limited|restricted)\\s+to(?=\\s+[a-z])", (("only", "+"),)),
    (("(?:不得|不可以?|不能|不應|不)\\s*(?:超過|逾(?!期|時)|大於|高於|多於|晚於)|(?:未|沒有?)(?:超過|逾(?!期|時)|滿|達)"
        f"|不足|不滿(?!意)|不到(?={_MONEY}{_A})|還沒滿|少於|低於|小於"
     "|至多|最多|上限"), (DOWN,)),
    ("以下|為限|為止|\\bor\\s+(?:less|fewer)", (DOWN_BACK,)), ("以上|\\bor\\s+more", (UP_BACK,)),
    (("(?:不得|不可以?|不能|不應|不)\\s*(?:少於|低於|小於|未滿)|超過|逾(?!期|時)|大於|高於|多於|至少|最少|起碼"
     f"|(?<![期屆])滿(?={_MONEY}{_A})|達(?={_MONEY}{_A})"), (UP,)),
    ("\\b(?:(?:may|must|can|shall|should|does|do|is|are)\\s+)?(?:not|never)\\s+(?:to\\s+)?(?:exceed\\w*|be\\s+(?:more"
        "|greater)\\s+than)"
     "|\\bcannot\\s+exceed|\\b(?:no|not)\\s+more\\s+than|\\bup\\s+to|\\bat\\s+most|\\b(?:less|fewer|lower"
         "|younger)\\s+than|\\bunder(?=\\s+" + _A + "|\\s+\\$)"
     "|\\bbelow|\\b(?:is|are)\\s+(?:limited|capped)\\s+(?:to|at)|\\b(?:maximum|max)\\b", (DOWN,)),
    ("\\b(?:no|not)\\s+(?:less|fewer)\\s+than|\\bat\\s+least|\\b(?:more|greater|higher|older)\\s+than"
        "|\\bover(?=\\s+" + _A + "|\\s+\\$)|\\babove|\\bexceed\\w*"
     "|\\b(?:minimum|min)\\b", (UP,)),
    (f"\\b(?:no|not)\\s+later\\s+than(?=\\s+{_C})|\\bwithin", (WITHIN,)),
    (f"{_A}\\s*(?:以|之)?內", (WITHIN_BACK,)),
    (f"\\b(?:no|not)\\s+later\\s+than|\\b(?:on\\s+or\\s+)?before|\\bprior\\s+to|\\buntil|\\bby(?=\\s+{_D})", (BEFORE,)),
    ("\\bin\\s+advance|\\bahead\\b", (BEFORE_BACK,)),
    ("\\b(?:no|not)\\s+earlier\\s+than|\\b(?:on\\s+or\\s+)?after|\\bsince", (AFTER,)),
    ("(?<![目先面])(?:之|以)?前(?![項條述款揭往面台後開])", (BEFORE_BACK,)), ("提前|事先", (BEFORE,)),
    ("(?<![最然今前])(?:之|以)?後(?![續方台勤果悔備])", (AFTER_BACK,)),
    (("不得|不可以?|不能夠?|不准|不許|不應該?|不宜|禁止|嚴禁|切勿|請勿|勿|恕不|恕無法|無法|沒辦法|不要(?!求)"
        "|不會"), (NOT, MAY)),
    (("\\b(?:cannot|can\\s+not|can't|may\\s+not|must\\s+not|mustn't|shall\\s+not|should\\s+not|shouldn't|do\\s+not"
        "|don't|never)\\b"), (NOT, MAY)),
    (("不用|不必|不需要?|不須|無須|無需|毋須|毋需|不一定要"
      "|(?:得|可以?)?免(?=[附具填繳納備辦預申經審簽扣付予加支])|得免|自由選擇是否|自願"), (NOT, MUST)),
    (("\\b(?:need\\s+not|needn't|optional|unnecessary"
      "|(?:do|does)\\s+not\\s+(?:have|need)\\s+to|(?:is|are)\\s+not\\s+(?:required|necessary|obliged|mandatory))\\b"), (NOT, MUST)),
    ("\\b(?:forbidden|prohibited|excluded|disallowed|banned|rejected)\\b", (NOT, ("fits", "+"))),
    ("\\b(?:allowed|permitted|included|covered|insured|accepted|eligible)\\b", (("fits", "+"),)),
    (("沒有?(?!收)|無(?!論|線|誤|障|限)|(?<!若)未(?!來)|非(?!常|洲|凡)|不(?!僅|只|論|過|管|斷|但|久|同(?!意)|銹|動產|便"
        "|在此限|限)|免(?!費|疫|洗|息)|禁(?=[食菸煙用入])"
     "|停止|拒(?=[絕收付])|恕不|\\b(?:not(?!\\s+only)|no|none|neither|nor)\\b|n't\\b|\\bunless\\b|除非|\\bun(?=(?:us|open|pay"
         "|paid|register|confirm|damag|authori[sz]|approv|sign|worn|wash|insur|encrypt|verif|finish|deliver|claim"
         "|return)(?:i?ed)?\\b)|\\bnon-"), (NOT,)),
    (("可以|(?<![許認])可(?![能否靠觀惜見])|(?<![取獲所心值覺使難懂記變顯])得(?![到出知以很分])"
        "|(?<![可功性技才效產])能夠?(?![力量源])"), (MAY,)),
    ("無權|\\b(?:unable\\s+to|not\\s+entitled\\s+to|no\\s+right\\s+to)", (NOT, MAY)),
    ("有權(?!限)|\\b(?:entitled\\s+to|has\\s+the\\s+right\\s+to|have\\s+the\\s+right\\s+to|free\\s+to)", (MAY,)),
    ("有義務|一定要|\\b(?:mandatory|compulsory|obliged\\s+to|obligatory)\\b", (MUST,)),
    (("必須|務必|(?<![供反適相因回效響對])應該?(?![用對變付急屆酬聘收])|須|需要|需(?!求)"
        "|(?<!^)(?<![主重只摘想還,。;:])要(?![求點件素])"), (MUST,)),
    ("\\b(?:may(?!\\s+\\d)|can|could|able\\s+to)\\b", (MAY,)),
    ("\\b(?:must|shall|have\\s+to|has\\s+to|needs?\\s+to|required|requires?|should)\\b", (MUST,)),
    ("全部|全體|所有|一律|全額|\\b(?:all|every(?!\\s+(?:day|week|month|year|quarter|hour))|entire|fully)\\b", (ALL,)),
    ("部分(?!工時)|部份|一部|某些|有些|若干|\\b(?:some|partial(?:ly)?|partly)\\b", (SOME,)),
    ("[每按逐]年度?|\\b(?:per|a|an|each|every)\\s+(?:year|annum)|\\bannually|\\byearly", (("rate", "year"),)),
    ("[每按逐]個?月|\\b(?:per|a|each|every)\\s+month|\\bmonthly", (("rate", "month"),)),
    ("[每按逐]周|每個?星期|\\b(?:per|a|each|every)\\s+week|\\bweekly", (("rate", "week"),)),
    ("[每按逐]日|每天|\\b(?:per|a|each|every)\\s+day|\\bdaily", (("rate", "day"),)),
    ("[每按逐]一?季|\\b(?:per|a|each|every)\\s+quarter|\\bquarterly", (("rate", "quarter"),)),
    ("[每按]小時|\\b(?:per|an|each|every)\\s+hour|\\bhourly", (("rate", "hour"),)),
    ("\\b(?:per|a|each|every)\\s+miles?", (("rate", "mile"),)),
    ("\\b(?:per|a|each|every)\\s+kilomet(?:re|er)s?", (("rate", "km"),)),
    ("當日|當天|同日|同天|即日|\\bsame\\s+(?:working\\s+|business\\s+)?day", (("day", "same"),)),
    ("次日|翌日|隔日|隔天|\\b(?:next|following)\\s+(?:working\\s+|business\\s+)?day", (("day", "next"),)),
    ("當月|本月|\\bsame\\s+month", (("month", "same"),)), (("次月|下個?月|\\b(?:next"
        "|following)\\s+month"), (("month", "next"),)),
    ("當年度?|\\bsame\\s+year", (("year", "same"),)), (("次一?年度?|隔年|翌年|\\b(?:next"
        "|following)\\s+year"), (("year", "next"),)),
    ("前一[天日]|\\bprevious\\s+day|\\bday\\s+before", (("day", "previous"),)),
    ("正職|全職|專任|\\bfull[- ]time", (("post", "full"),)), ("兼職|部分工時|工讀生?|\\bpart[- ]time", (("post", "part"),)),
    ("增加|提高|調高|調升|\\b(?:increas\\w+|rais\\w+)", (("change", "up"),)), (("減少|降低|調低|調降|\\b(?:decreas\\w+"
        "|reduc\\w+|lower(?:ed|s|ing)?)\\b"), (("change", "down"),)),
    ("照常|如常", (("run", "+"),)), ("暫停|中止", (NOT, ("run", "-"))),
    ("最幼|最年幼", (("long", "-"),)),
    ("最長|最久|\\blongest", (("long", "+"),)), ("最短|\\bshortest", (("long", "-"),)),
    ("最高|\\bhighest", (("high", "+"),)), ("最低|\\blowest", (("high", "-"),)),
    ("最早|\\bearliest", (("early", "+"),)), ("最晚|最遲|\\blatest", (("early", "-"),)),
    ("合併|\\b(?:jointly|combined|together)\\b", (("joined", "+"),)), ("分別|個別|各別|\\bseparately", (("joined", "-"),)),
    ("書面|\\bin\\s+writing|\\bwritten", (("form", "written"),)), (("口頭|\\b(?:oral(?:ly)?"
        "|verbal(?:ly)?)"), (("form", "spoken"),)),
    ("國內|境內|\\bdomestic(?:ally)?", (("land", "in"),)), (("國外|境外|海外|\\b(?:abroad|overseas|international(?:ly)?"
        "|foreign)"), (("land", "out"),)),
    ("(?<=範圍)(?:以|之)?內|\\binside", (("inside", "in"),)), ("(?<=範圍)(?:以|之)?外|\\boutside", (("inside", "out"),)),
    ("新(?=[品版制增舊規])|\\bnew\\b", (("age", "new"),)), ("舊|\\bold\\b", (("age", "old"),)),
    ("左側?|左邊", (("side", "left"),)), ("右側?|右邊", (("side", "right"),)),
    ("月初|\\b(?:beginning|start)\\s+of\\s+(?:the|each|every)\\s+month", (("in month", "start"),)),
    ("月底|月末|\\bend\\s+of\\s+(?:the|each|every)\\s+month", (("in month", "end"),)),
    ("月中", (("in month", "middle"),)),
    ("年初|上半年|\\bfirst\\s+half", (("in year", "first"),)), ("年底|年終|下半年|\\bsecond\\s+half", (("in year", "last"),)),
    ("農曆|陰曆", (("calendar", "lunar"),)), ("國曆|陽曆", (("calendar", "solar"),)),
    ("罰金", (("penalty", "criminal"),)), ("罰鍰", (("penalty", "administrative"),)),
    ("先(?=[到至]者|發生者|到期)", (("whichever", "first"),)), ("[後晚](?=[到至]者|發生者|到期)", (("whichever", "last"),)),
    ("(?<=試用)期?滿|(?:屆|期)滿|通過試用", (("term", "over"),)),
    ("(?<=試用)期[間內中]|(?:尚|還|仍)在(?=試用|保固|合約|期)|未屆?期滿", (("term", "during"),)),
    ("含稅|\\b(?:including|incl\\.?)\\s+(?:tax|vat)", (("tax", "+"),)), ("未稅|\\b(?:excluding|excl\\.?)\\s+(?:tax|vat)", (("tax", "-"),)),
    ("來回|雙程|\\bround[ -]trip", (("trip", "two"),)), ("單程|\\bone[ -]way", (("trip", "one"),)),
    ("室內|\\bindoors?", (("place", "in"),)), ("室外|戶外|\\boutdoors?", (("place", "out"),)),
    ("正本|\\boriginal(?=\\s+(?:documents?|certificates?|copies))", (("paper", "original"),)),
    ("影本|副本|\\bphotocop(?:y|ies)", (("paper", "copy"),)),
    ("成年|\\badults?\\b", (("grown", "+"),)), ("兒童|孩童|\\bchild(?:ren)?\\b", (("grown", "-"),)),
    ("有薪|帶薪|給薪|\\bpaid(?=\\s+leave)", (("wage", "+"),)), ("無薪|不給薪|\\bunpaid", (("wage", "-"),)),
    ("強制", (("will", "-"),)),
    ("\\b(?:second|2nd)\\b", (("nth", "2"),)), ("\\b(?:third|3rd)\\b", (("nth", "3"),)), ("\\b(?:fourth|4th)\\b", (("nth", "4"),)),
    ("\\b(?:first|1st|initial)\\b", (("nth", "1"),)),
    ("開啟(?=電源)|打開(?=電源)", (("switch", "on"),)), ("關閉(?=電源)|關(?=電源)", (("switch", "off"),)),
    ("購買(?=之?日)|\\bpurchas\\w*", (("since", "purchase"),)), ("出廠(?=之?日)", (("since", "made"),)),
    ("到職(?=[日滿後前])", (("since", "entry"),)), ("離職(?=[日後前])", (("since", "leaving"),)),
    ("\\b(?:deliver(?:y|ed)|receipt)\\b", (("since", "delivery"),)), ("\\border(?:ing|ed)\\b", (("since", "order"),)),
    ("\\b(?:invoic(?:e|ing)\\s+date)\\b", (("since", "invoice"),)),
    *((f"(?<![本])(?:{zh})|\\b(?:{en})\\b", (("colour", en),)) for zh, en in (
        ("紅色|紅燈", "red"), ("綠色|綠燈", "green"), ("黃色|黃燈", "yellow"), ("橘色|橙色|琥珀色", "amber"), (("藍色"
            "|藍燈"), "blue"), ("白色", "white"), ("黑色", "black"),
    )),
)  # fmt: skip

# Each line's words stand for its first.
_SYNONYMS = """
工資 薪水 薪資 薪酬 薪
發給 給付 支付 給予 給與 發放 付給 核發
請畢 請完 休畢 休完
顧客 客戶 消費者 買家
雇主 資方
勞工 受僱者 受雇者 員工 職員 同仁 職工
負擔 承擔 支應
通報 報備 通知 告知 回報
攜出 帶出 帶離 帶走
遺失 弄丟 丟失 掉了 不見
喪亡 過世 死亡 往生 去世 身故
檢附 附上 檢具 附具 附
填寫 填具 填
申請 提出申請
核准 批准 同意 准許 審核通過 審批 核可 許可
攜帶 帶
準備 備妥 備齊
保固 保修
退款 退費
購買 買
寄送 寄出 寄發 寄
施行 實施 生效
停用 停權
日 天
星期 周 禮拜
彙整 匯整 彙總
登錄 登記 註冊
筆記型電腦 筆電
電子郵件 電郵 email e-mail
打開 開啟
關閉 關掉
拔除 拔掉 拔下
連續 接連
以及 和 及 與 跟 暨
併用 同時使用 合併使用 一起使用 一起用
者 的人 的員工 的同仁 的勞工 的會員 的部分
聯絡 聯繫 連絡 連繫
更換 換
延長到 延到
因為 由於
舉行 辦理 舉辦
門市 店鋪 分店
酌收 收取 收
損壞 毀損 破損
故障 壞掉
開始 起始
截止 結束 為止
休假 放假
公休 店休
送達 到貨 到達
返還 歸還
繳納 繳交 繳付
不在保固範圍 不保固
拆封 開封
立即 馬上 即刻 立刻
延長 延後 展延
次日 翌日
手機 行動電話
使用 用
取得 獲得 拿到
提供 給
地點 地址
維修 修理 修繕
詢問 洽詢
公里 km
優惠 折扣
費用 金額
規定 規範
員額 名額
次數 回數
領取 領
保存 保留
縮短 減短
試用期 試用期間
聘用 僱用 雇用 錄用
請假 告假
逾期 過期 超過期限
總公司 總部
任職 服務 工作 在職
就職 入職
健康檢查 健檢 體檢
特別休假 特休假 特休 年假
育嬰留職停薪 育嬰留停
飲食 吃東西 進食 用餐
開放 營業
申訴 投訴 客訴
電話 來電
相同 一樣 同樣
不符 不合 不符合
規定 要求
旅館 飯店 民宿
食物 食品
告訴 告知
選擇 挑選
更改 變更 改 修改
完成 做完 辦完
提早 提前
延遲 延誤
剩餘 剩下
bring carry
notify inform tell report
begin start commence
pay reimburse
need require
client customer
fee charge cost
send ship
finish complete
staff employee worker
approval consent permission approve
kept held retained hold keep
goods item product
end finish
leave absence
probation trial
visitor guest
handle deal
purchase buy
use usage
lose lost
renew extend
forbid prohibit ban
include contain
request application ask apply
allow permit
vendor supplier
certificate note
"""

# Words that say nothing of their own in an answer.
_FILLERS = (
    "如果|假如|假使|倘若|倘|若|的話|原本|本來|自己|另外|此外|因此|所以|目前|大約|總共|共計"
    "|共(?=[\U000f0000-\U000f1fff])|(?<=起)算|期間|期限|有效期限?|(?<=[請做用去說休])過|"
    "[打享](?=[\U000f1000-\U000f1fff])|時候|(?<![工協學委大開社聚機議])會(?![員議計同客務場面])|這個|那個|情況下?|情形"
    "|請問|之間|只要|就"
)


def _folded(pattern: str) -> str:
    return re.sub("[\u3400-\u9fff]+", lambda m: fold(m.group()), pattern)


def _compiled() -> tuple[re.Pattern[str], list[Word]]:
    """Return one pattern of all entries, a named group each, and what each stands for."""
    words: list[Word] = []
    parts: list[str] = []
    for pattern, marks in _MARKS:
        parts.append(f"(?P<m{len(words)}>{_folded(pattern)})")
        words.append(Word(marks))
    return re.compile("|".join(parts)), words


def _same() -> tuple[dict[str, str], re.Pattern[str], dict[str, str]]:
    """Return Han expressions and what they stand for, a pattern of them, and the same of stemmed words."""
    han: dict[str, str] = {}
    latin: dict[str, str] = {}
    for line in filter(None, _SYNONYMS.split("\n")):
        first, *others = line.split(" ")
        for other in others:
            (latin if other.isascii() else han)[fold(other)] = fold(first)
        (latin if first.isascii() else han)[fold(first)] = fold(first)
    return han, re.compile("|".join(sorted(map(re.escape, han), key=len, reverse=True))), latin


MARKS, WORDS = _compiled()
HAN_SAME, HAN_SYNONYMS, LATIN_SAME = _same()
FILLERS = re.compile(_folded(_FILLERS))
