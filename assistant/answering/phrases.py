"""The words by which a remark that asks the documents nothing is told from a question.

Written in Traditional characters and folded as search keys are, so one pattern reads both scripts, any width
and any case. Two kinds: *said whole*, where a phrase must fill its clause to the last character, and *said
within*, where it may stand anywhere in one. The second kind always holds who is spoken to or what is to be
done, since a word alone tells nothing: 垃圾 is in questions on waste, 白痴 in those on harassment, 翻譯 in those
on expenses.
"""

from __future__ import annotations

import re

from knowledge.text import fold

_YOU = "(?:你們?|妳們?|您|貴公司)"
_BOT = (
    "(?:(?:聊天|智慧|智能|對話|客服)*(?:機器人|小幫手|幫手|助理|助手|系統|客服|ai)"
    "|程式|chatgpt|gpt|clausewise|bot|chatbot|assistant)"
)
_TAIL = "(?:[啊阿呀喔哦噢耶啦囉嘍呢吧哈呵嘿唷喲嗎哩ㄟㄛ~ ]|了|的|欸|誒)*"
_END = r"(?![a-z0-9])"


def _whole(*patterns: str) -> re.Pattern[str]:
    """Compile phrases with the particles that may follow; the caller wants the clause filled."""
    return re.compile(fold(f"(?:{'|'.join(patterns)}){_END}{_TAIL}"))


def _within(*patterns: str) -> re.Pattern[str]:
    return re.compile(fold("|".join(f"(?:{pattern})" for pattern in patterns)))


# ------------------------------------------------------------------------------------------ said whole
_TO = (
    "(?: (?:there|everyone|everybody|all|team|bot|robot|chatbot|assistant|clausewise|sir|madam|guys|folks|again|friend))*"
)
GREETING = _whole(
    f"(?:{_BOT}|大家|各位|客服(?:小姐|先生|人員|專員)|小編|同學|老師|朋友)? ?(?:你們?好|妳好|您好|大家好|早安|午安|晚安|早上好|下午好|晚上好|哈囉|哈嘍|哈羅|安安|嗨+|嘿+|喂+)"
    "(?:你們?好|妳好|您好|早安|午安|晚安)?"
    f"(?:{_BOT}|大家|各位|客服(?:小姐|先生|人員|專員)|小編|朋友)?",
    f"(?:請問)?(?:現在|線上)?有(?:客服|人)(?:員)?在?(?:線上)?(?:嗎|嘛|麼)|(?:請問)?{_YOU}?在(?:嗎|嘛|不在)|{_YOU}?(?:最近|今天)?(?:過得)?(?:好嗎|好不好|還好嗎|如何)|"
    f"(?:小幫手|小編|機器人|(?:聊天)?機器人你好|好久不見|初次見面|很高興(?:認識|見到){_YOU}|請多(?:多)?指教|吃飽了嗎|吃飽沒|新年快樂|聖誕快樂|中秋快樂|打擾了|不好意思|打擾一下|早)",
    f"(?:hi+|hello+|hey+|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day)|morning|g'day){_TO}",
    "(?:how are (?:you|things)|how's it going|how do you do|how have you been|what's up|whats up|wassup|sup)(?: doing)?(?: today)?",
    "(?:nice|pleased|good|lovely) to meet you|(?:is )?(?:anyone|anybody|someone|somebody) (?:there|here|home)|are you there|long time no see|"
    "merry christmas|happy new year",
)
THANKS = _whole(
    "(?:好的?|嗯|ok|那|那就|先|真的?|真是|非常|十分|萬分|太|很|超級?|再次|由衷|無比|還是|總之)*"
    f"(?:感謝|謝謝|謝啦|謝囉|謝了|感恩|多謝|感激|3q|thank you|thanks|thx|辛苦(?:了|{_YOU}了?)|麻煩{_YOU}了|有勞{_YOU}?了?|{_YOU}?幫了?(?:我)?(?:一個)?(?:很?大|大)忙|不勝感激)"
    f"(?:{_YOU}|{_BOT}|您們|大家|囉|的|地|這麼|如此|快速|迅速|詳細|耐心|細心|親切|熱心|貼心|及時|即時|清楚|幫忙|幫助|協助|回覆|回答|解答|回應|說明|解釋|提供|資訊|資料|告知|指點|指教|服務|告訴我|提醒|分享|支援|了|感謝|謝謝|感恩|!)*",
    "(?:(?:ok|okay|great|alright|perfect|cool|good|awesome|excellent|that's great|got it|ah|oh|no|well) )?(?:many |big |huge |okay |a million |a thousand )?"
    "(?:thanks?|thank (?:you|u)|thanx|thx|ty|tysm|tyvm|cheers|much appreciated|much obliged|(?:i )?(?:really |truly |greatly )?appreciate (?:it|that|this|your|the|all)|i'm (?:so |very )?grateful)"
    "(?: (?:you|u|so|very|much|a lot|lots|a bunch|a ton|a million|again|for|the|your|this|all|of|help|helping|me|us|out|assistance|answer|answers|answering|info|information|"
    "quick|fast|prompt|speedy|kind|reply|response|responding|replying|that|it|clear|clarification|clarifying|explanation|explaining|time|support|everything|in advance|bot|team|anyway|guys|patience|being|so|helpful|letting|know|sorting|great|detailed|appreciated|mate|buddy))*",
)
GOODBYE = _whole(
    "(?:好|那|嗯|我|先|就|就先)*(?:再見|再會|掰掰|掰|拜拜|拜|byebye|bye|下次(?:再)?(?:聊|見|說|問)|明天見|改天(?:再)?(?:聊|問|說)|回頭見|晚點(?:再)?(?:聊|問|見)|有(?:問題|需要)再(?:問|找|請教|聯絡){you}?|祝{you}?(?:有)?(?:美好的?)?(?:一天|週末|周末)?(?:愉快|順心|順利)?)".replace(
        "{you}", _YOU
    ),
    "(?:我|都|暫時|目前|那|應該|已經|今天|現在|先)*(?:沒(?:有)?(?:其他|別的|任何|什麼|其它)?(?:問題|事|疑問|要問)(?:情)?(?:要問|了)?|沒有了|沒了|不用了|不需要了|不必了|就這樣|先這樣|這樣就好|這樣就可以|就到這|到這裡|以上|問完了|解決了|處理好了|搞定了)(?:就好|即可|而已)?",
    "(?:好|那|嗯)?(?:那)?(?:我)?(?:先|要|該|得)+(?:走|離開|下線|去忙|去開會|下班|休息|閃|去睡)了?|(?:請)?(?:結束|關閉)(?:這次|這個|本次)?(?:對話|聊天|會話|談話)|祝{you}.{{0,8}}(?:愉快|順利|順心)".replace(
        "{you}", _YOU
    ).replace("{{", "{").replace("}}", "}"),
    "(?:ok |okay |alright |well |and |so )?(?:good ?bye|bye+|bye ?bye|see (?:you|ya|u)(?: (?:later|soon|around|tomorrow|next time|then))?|cya|take care|talk (?:to you )?(?:later|soon)|farewell|later|so long|good ?night|ttyl|cheerio|until next time|catch you later)"
    "(?: (?:for now|then|now|everyone|all|bot|assistant))*",
    "(?:have a|enjoy your|enjoy the) (?:(?:nice|good|great|lovely|wonderful|pleasant|rest of your) ?)*(?:day|evening|night|weekend|one|afternoon|week)?",
    "(?:no,? )?(?:that's|that is|that was|that'll be|that will be|thats|this is) (?:all|it|everything)(?: (?:for (?:now|today)|i (?:need|needed|wanted)(?: to know)?|then|from me))*",
    "(?:no|nope|nothing|i have no|i've no|i don't have any|there's nothing)(?: (?:more|else|other|further|questions?|thanks|at the moment|for now|to ask|i need|any))+",
    "i'?a?m (?:all )?(?:done|good|set|finished|leaving|off)(?: (?:for (?:now|today)|here|now))*|i (?:have to|must|need to|gotta|got to) (?:go|run|leave)(?: now)?|(?:end|close|finish) (?:the |this )?(?:chat|conversation|session)|never ?mind",
)
PRAISE = _whole(
    f"(?:{_YOU}|這個?{_BOT}|{_BOT}|這個?|這|那|你的回答|回答|解釋|說明|回覆|講|答|說)?(?:得|的)?(?:真的?|真是|好|很|太|超級?|非常|蠻|滿|挺|有夠|實在|這麼|相當|有|滿有|太有|很有|真有)+"
    "(?:棒|厲害|聰明|讚|強|貼心|專業|有用|好用|方便|可愛|優秀|清楚|完整|詳細|仔細|快|準確|準|幫助|神|酷|好|效率|到位|實用)(?:了|喔|的)?",
    "讚+|太好了|好耶|好棒棒|一百分|滿分|厲害|優秀|完美|真棒|棒|(?:做|幹|答|回答|解釋|講|說)得(?:很|真|太|非常)?(?:好|棒|清楚|讚)|(?:這)?(?:正是|就是)我(?:要|想要|需要)的|答對了|沒錯就是這個|我(?:很|超)?(?:喜歡|愛)你|幫助很大|受益良多|給(?:你|妳)?(?:一個)?(?:讚|五星|五顆星|好評)",
    "(?:(?:wow|ok|oh|yes) )?(?:that|this|it|you|you guys|this bot|the answer|your answer)?(?:'s|'re| is| was| are| were)?(?: (?:so|very|really|super|absolutely|quite|truly|such|a|an|the|just|pretty|extremely))* ?"
    "(?:great|awesome|perfect|excellent|amazing|brilliant|fantastic|wonderful|helpful|superb|nice|cool|lovely|smart|clever|impressive|best|useful|spot on|outstanding|incredible|fabulous|exactly what i (?:needed|wanted)|what i (?:needed|was looking for))"
    "(?: (?:answer|job|work|bot|assistant|help|service|one|stuff|explanation|indeed|to know|thing))*",
    "(?:very |really )?(?:good|nice|great|excellent|fantastic) (?:job|work|bot|answer|one|stuff)|well (?:done|explained|put)|bravo|kudos|(?:this|that|it) (?:really |totally )?(?:helps|helped|works|worked)(?: a lot| me| perfectly| great| well)*"
    "|you(?:'ve| have)?(?: been)? (?:really |so |very )?(?:helpful|the best|rock|nailed it|a star|a lifesaver)|(?:i )?(?:love|like) (?:it|you|this|this bot)|10/10|five stars",
)
ACKNOWLEDGEMENT = _whole(
    "(?:喔|哦|噢|嗯|好|啊|ㄛ|對)*(?:ok|okay|k+|好+的?|嗯+|恩+|喔+|哦+|噢+|了解|瞭解|理解|知道|明白|收到|懂|我懂|我知道|我(?:了解|瞭解|明白)|我看看|原來(?:如此|是這樣)|這樣|是這樣|這樣子|是|沒問題|行|可以|好吧|當然|隨便|都可以|沒差|有道理|合理|測試(?:一下|中)?|試試(?:看)?|我試試(?:看)?|我看一下|等等|稍等|等一下|哈+|呵+|嘻+|呃+|蛤+|欸+|诶+|咦|哇+|唉+|嗚+|真的假的|\\+1|1)",
    "(?:oh |ah |yeah |yes )?(?:ok+(?:ay)?|okey|okie|k+|alright|all right|sure|fine|right|noted|got it|gotcha|i see|i understand|understood|makes sense|that makes sense|roger|cool|good|good to know|interesting|hm+|mm+|uh ?huh|ah+|oh+|wow|lol|lmao|ha(?:ha)+|hehe|test(?:ing)?(?: test| 123| 1 2 3)*|yep|yup|yeah|fair enough|no problem|no worries|you're welcome|sounds good|let me (?:see|check|think)|one moment|wait|asdf+|qwerty|abc|hmm+|great to know)(?: (?:then|now|it))?",
)
VERDICT = _whole("是|對|不是|不對|不要|不|要|有|否|沒有|會|不會|不行", "yes|no|nope|nah|correct|true|false|maybe|not really")

_ASK = "(?:請問|想問|我想問|我想知道|好奇|我好奇|問一下|那|所以|到底|請|可以|能不能|可不可以|能否|告訴我|跟我說|說說|說一下|先|麻煩|想請問|想請教|欸|誒)*"
_SELF = f"(?:{_YOU}|你這個?{_BOT}|這個?{_BOT}|這個?(?:對話)?(?:視窗|網站|工具|服務)|clausewise|{_BOT})"
ABOUT = _whole(
    f"{_ASK}{_SELF}(?:到底|究竟|其實|現在)?(?:是|叫|姓)(?:誰|什麼|啥|哪位|什麼東西|啥東西|甚麼|什麼名字|啥名字|做什麼的|幹嘛的|幹什麼的|幹麻的|什麼人|何方神聖|什麼{_BOT})(?:呀|啊|呢)?",
    f"{_ASK}{_YOU}(?:的)?(?:名字|大名|姓名|身分|身份|來歷|背景)(?:是|叫)?(?:什麼|啥|甚麼)?|{_ASK}(?:怎麼|要怎麼|該怎麼|如何)稱呼{_YOU}|{_YOU}有(?:沒有)?名字(?:嗎)?",
    f"{_ASK}{_SELF}(?:到底|究竟|其實)?是(?:不是|否(?:為|是)?)?(?:一個|一台|一位|個|台|真的|用)?(?:人工智慧|人工智能|語言模型|大型語言模型|真人|人類|活人|活的|真的人|人|電腦|{_BOT}|假人|人工客服|真的|女生|男生|男的|女的|openai|google|gemini|claude|llama|qwen|deepseek|gpt-?[0-9o]*|copilot|siri)(?:還是|或是|或)?(?:一個|個|真的)?(?:人工智慧|真人|人類|人|電腦|{_BOT}|女生|女的)?(?:在回答|在回|回覆的|做的|開發的|嗎|麼|吧)*",
    f"{_ASK}{_SELF}(?:到底|究竟|都)?(?:可以|能夠?|會|能不能|會不會)(?:幫我|幫忙|替我|為我|幫我們|幫助我)?(?:做|幹|回答|解決|處理|幫|查|提供|協助)?(?:些|到|哪些|什麼|啥|甚麼|哪些事|哪些問題|什麼樣的|哪一類的?|哪類|哪些方面的|的)*(?:什麼|啥|甚麼|哪些|事|事情|忙|問題|功能|服務|資料)(?:情)?",
    f"{_ASK}{_SELF}(?:到底|目前)?(?:有|具備|提供)(?:什麼|啥|哪些|甚麼)(?:樣的)?(?:功能|能力|用途|用處|特點|本事|作用|限制|專長)|{_SELF}(?:的)?(?:功能|用途|作用|能力)(?:是|有)?(?:什麼|哪些|啥|有哪些)|{_ASK}(?:怎麼|如何|該怎麼|要怎麼)(?:使用|用|操作|跟)(?:{_YOU}|這個{_BOT}|這個(?:工具|服務|網站))(?:對話|聊|溝通)?",
    f"{_ASK}{_SELF}(?:是)?(?:用|使用|採用|背後是|跑|基於)(?:的)?(?:是)?(?:什麼|哪個|哪種|啥|哪一個|哪一種|哪家的?)(?:語言|ai|大型語言|大語言|人工智慧|底層)?(?:模型|技術|系統|引擎|ai|model|llm|大腦)(?:的|來回答|做的)?|{_ASK}{_YOU}(?:的)?(?:背後|底層)?(?:的)?(?:模型|版本|技術)(?:是|叫)(?:什麼|哪個|多少|哪一個|幾)(?:版|號)?|{_YOU}是(?:哪個|哪一個|什麼|哪種|哪家的?|第幾)(?:ai|語言)?(?:模型|版本|版|ai)",
    f"{_ASK}{_YOU}?(?:是)?(?:由|被)?(?:誰|哪家公司|哪間公司|哪個公司|什麼公司|什麼人|哪個團隊)(?:來)?(?:做|開發|設計|製作|創造|訓練|發明|寫|造|生產|建立|製造)(?:出來|出|了)?{_YOU}?(?:的|出來的)?|{_YOU}(?:是)?(?:被|由)?(?:誰|哪家公司)(?:做|開發|訓練|創造|設計|發明|製造)(?:出來)?的?|誰是{_YOU}的(?:主人|老闆|爸爸|媽媽|創造者|開發者|作者)|{_YOU}(?:的)?(?:主人|創造者|開發者|老闆|爸爸|作者)是誰",
    f"(?:{_ASK}|簡單|請你|先)*(?:自我介紹|介紹(?:一下)?(?:{_YOU}(?:自己)?|自己|這個{_BOT}))(?:一下)?(?:吧)?",
    f"{_ASK}{_YOU}(?:的)?(?:答案|回答|資料|資訊|知識|內容|消息)(?:都)?(?:是)?(?:從|打|由)?(?:哪裡|哪|何處|什麼地方|哪邊|哪兒)(?:來|找|查|取得|得來|拿)(?:到|的)*|{_ASK}{_YOU}(?:的)?(?:答案|回答|說的話?|資料)(?:是)?(?:可信|可靠|準|準確|正確|對|可以相信|能信|可以信)(?:嗎|麼)?|{_YOU}怎麼(?:知道|回答)(?:這些|我的問題|問題)?的?|{_YOU}會(?:不會)?(?:說謊|騙人|出錯|犯錯|亂講|亂掰|唬爛|記住我(?:說的話)?|學習)(?:嗎)?|{_YOU}(?:會|能|可以|懂|聽得懂|看得懂)(?:說|講)?(?:中文|英文|台語|日文|國語|英語|哪些語言|什麼語言|幾種語言)嗎?|{_YOU}(?:幾歲|多大|住哪裡?|結婚了嗎|有女朋友嗎|有男朋友嗎|有感情嗎|有意識嗎|會累嗎|會難過嗎|是男生還是女生|是男的還是女的)",
    f"(?:請|麻煩)?(?:{_YOU})?(?:把|將)?(?:列出|顯示|告訴我|給我看|印出|公開|說出|輸出|貼出|重複|複述|透露|show|print|秀出|提供|交出|分享)*(?:一下)?{_YOU}(?:的)?(?:全部|完整|原始|內部|初始|隱藏|所有)*(?:的)?(?:系統|system|內建)?(?:提示詞?|提示語|prompt|指令|設定|指示|系統訊息|設定檔)(?:是什麼|有哪些|內容)?(?:完整|全部|原封不動|一字不漏|逐字)?(?:的|地)?(?:列出|顯示|告訴我|給我看|給我|印出|公開|貼出|輸出|重複|說)?(?:來|出來|一次|一遍|看看)*",
    "(?:(?:so|and|but|please|can you tell me|could you tell me|tell me|may i ask|just curious|i wonder|hey) )*"
    "(?:who|what|what exactly|who exactly) (?:are|r) (?:you|u)(?: exactly| called| really| made of| built (?:on|with)| based on| powered by| trained on| for| capable of| able to (?:do|answer|help with)| able to help me with)?"
    "|what(?:'s| is) your (?:name|purpose|function|job|role|model|version|system prompt|prompt|source|gender|age)|do you have a name|what (?:should|can|do) i call you|what do (?:they|people) call you|how old are you|where are you from",
    "(?:(?:so|and|wait|am i|please) )*(?:are you|r u|is this|am i (?:talking|speaking|chatting) (?:to|with)) (?:really |actually |just |even )?(?:an? |the )?(?:real |actual |live |human )?"
    "(?:bot|robot|human|person|machine|ai|a\\.i|chatbot|chat bot|computer|program|chatgpt|gpt-?[0-9o]*|language model|llm|someone real|real|being|alive|agent|virtual assistant|assistant|siri|alexa|claude|gemini|copilot|human being|artificial intelligence|automated|people|a person)(?: (?:or|and) (?:an? )?(?:real |actual )?(?:bot|robot|human|person|machine|ai|chatbot|computer)(?: being)?)?",
    "(?:(?:so|and|please|hey) )*(?:what|which|how many|what kinds? of|what sorts? of|what types? of) ?(?:things|questions|topics|tasks|stuff|languages|else)? ?(?:can|could|do|are) you (?:able to )?(?:do|help|answer|handle|assist|know|speak|understand|offer|support|cover)(?: (?:for|me|with|us|about|to|answers?))*|what (?:are you (?:able|capable)|features do you have|are your (?:features|capabilities|limits|limitations|functions|abilities|instructions))(?: (?:to do|of doing|of))?"
    "|how (?:can|do|could) you help(?: me| us)?(?: today)?|how do you work|how does (?:this|it) work|how (?:do|should|can) i use (?:you|this(?: bot| chat| chatbot| assistant| tool)?)|what is this(?: (?:bot|chat|chatbot|assistant|tool|thing|service))?(?: for)?|what does this (?:bot|assistant|chat|chatbot|tool) do|help",
    "(?:(?:so|and|please) )*(?:which|what) (?:kind of |type of |version of |version |large )?(?:language |ai |chat |llm |gpt )?(?:model|ai|llm|gpt|technology|engine|software|version)(?: (?:are you|do you (?:use|run on|run)|is (?:this|behind this|running|it)|powers you|you use|is used|are you (?:using|running|based on)))(?: (?:on|using|running|based on))*"
    "|who (?:made|built|created|developed|trained|programmed|designed|owns|runs|wrote|invented) (?:you|this bot|this assistant|this)|where do (?:you get|your answers come|you find)(?: (?:your|the))? ?(?:answers?|information|info|data|from)?(?: from)?|(?:introduce|tell me about|describe|explain) yourself|can i trust (?:you|your answers|this)|are (?:your answers|you) (?:reliable|accurate|correct|trustworthy|right|ever wrong)"
    "|do you (?:speak|understand|know|have|remember|ever|get|make|store|learn|sleep) (?:chinese|english|taiwanese|japanese|feelings|emotions|me|sleep|tired|mistakes|lie|my (?:messages|data|questions)|what i say|from me|a name|consciousness)",
    "(?:(?:please|can you|could you|now|just|hey) )*(?:show|tell|give|print|reveal|repeat|display|share|output|list|what(?:'s| is| are)|expose|leak|paste|write out)(?: (?:me|us|out))?(?: (?:all|your|the|full|exact|entire|hidden|initial|internal|original|secret|own|of|complete|whole|system))*(?: (?:system prompt|prompt|instructions|system message|rules|configuration|initial prompt|guidelines|prompts|system instructions|developer message))(?: (?:verbatim|word for word|above|in full|please|now|you were given|exactly))*",
)

# ----------------------------------------------------------------------------------------- said within
_PERSON = "(?:真人(?:客服|服務|專員|人員)?|人工(?:客服|服務|專員)?|活人|真的人|人類|(?:線上)?客服(?:人員|專員|小姐|先生|代表|部門?|中心)?|專人|專員|服務人員|承辦(?:人|人員)?|負責(?:人|的人|人員)|窗口|你們的人)"
_CHIEF = f"(?:{_YOU}的?(?:那個)?(?:主管|經理|老闆|店長|上司|長官|高層|負責人|董事長|總經理|上級|大人)|主管|經理|店長)"
_WANT = "(?:我)?(?:現在|真的|只|就|還是|比較|立刻|馬上|直接)*(?:要|想要?|需要|希望|可以|能|能不能|可不可以|能否|可否|麻煩|請|拜託|給我|幫我|讓我|叫|快|得)(?:你們?|妳|您|幫我|幫忙|給我|讓我|我|直接|立刻|馬上|趕快|趕緊|快點|快|再)*"
_TALK = "(?:講話?|談談?|說話?|對話|溝通|聊聊?|通話|講電話|講一下|說一下|談一下|聊一下|聯絡|聯繫|處理|回覆|服務|幫忙|協助|接聽|接手|回答|回電|解決)"
_DONE = f"(?:{_TALK}|給我|來|出來|我|一下|嗎|好嗎|可以嗎|行嗎|謝謝|吧|啦|啊|好不好|可不可以|行不行|馬上|現在|跟我|和我|與我|幫我|這件事|這個問題|我的問題|我的案件|不要機器人|為我|好了|!)*$"
HUMAN = _within(
    f"(?:轉接?|接|換|切換|改|轉給|轉到|轉至|接到|接給|轉成)(?:成|到|給|至|去|為|由|一下|個|一位|一個)*{_PERSON}{_DONE}",
    f"{_WANT}(?:轉接?|接|換|找|叫|派|請|安排|聯絡|聯繫|跟|和|與|由|有|改由|一個|一位|個)+(?:到|成|給|個|一位|一個|你們?的?|你們?家?|妳們的?|您們的?|上|位|其他的?)*{_PERSON}{_DONE}",
    f"^(?:直接|快|快點|趕快|我)*(?:找|叫|轉接?|接|換|呼叫|聯絡)(?:一下|個|一位|一個|你們?的?|到|成|給)*(?:真人(?:客服|服務|專員)?|人工(?:客服|服務)?|客服(?:人員|專員)?|專人|活人){_DONE}",
    f"^(?:我)?(?:要|想要?|需要)?(?:真人(?:客服|服務)|人工(?:客服|服務)|真人|活人)(?:在哪|呢|在嗎|在不在|啦|啊|拜託|謝謝)*$",
    f"(?:叫|請|找|讓|要){_CHIEF}(?:現在|立刻|馬上|給我|親自)*(?:出來|來|過來|接電話|聽電話|跟我|和我|打給我|回電|打電話|出面|面對|處理|講|談)",
    f"(?:{_WANT})(?:找|見|跟|和|與|叫|請){_YOU}的?(?:主管|經理|老闆|店長|上司|高層|負責人|總經理)",
    f"(?:{_WANT})(?:跟|和|與)(?:一個|一位|個)?(?:{_CHIEF}|真的?人|人類?|活人|活生生的人|真正的人)(?:類)?(?:講話?|談|說話?|溝通|對話|通話|聊)",
    f"(?:不要|不想|不想再|別再?|受夠|懶得|拒絕)(?:再|了)?(?:跟|和|與|對著|聽)(?:這個?|你這個?)?(?:機器人?|ai|電腦|自動回覆|罐頭訊息|罐頭)(?:人)?(?:講|說|談|聊|對話|溝通|浪費)?",
    f"(?:可以|能|能不能|可不可以|麻煩|請|希望)(?:你們)?(?:有)?(?:派|請|安排|找)?(?:人|專人|真人|客服|專員)(?:來|打電話|回電|回覆|聯絡|聯繫|處理|跟|和|幫)+(?:給)?我",
    f"(?:有|有沒有)(?:真人|活人|人工)(?:客服|服務|的)?(?:可以|能|在線?上?|幫|跟我|嗎|嘛)+(?:{_TALK}|幫我|我|嗎)*$",
    "(?:talk|speak|chat|speaking|talking|chatting|connect(?:ed)?|connection|transfer(?:red)?|transferred|put|switch|hand(?:ed)?|forward|escalate|escalated|pass|redirect|refer)(?: (?:me|this|it|us|my case|over|through|on|directly|right now|straight|now))* (?:to|with|through to|by)(?: (?:an?|the|your|any|some|one of your|another|actual))*"
    "(?: (?:real|live|actual|human|customer|service|support|care|senior|sales|proper|living|online|available|competent|different))* ?(?:human(?: being)?s?(?! resources)|person|agent|representative|rep|operator|advisor|adviser|specialist|staff(?: member)?|employee of yours|customer (?:service|support|care)|support team|support staff|help ?desk person|people|team member|somebody|someone)(?: (?:in charge|real|human|there|from your (?:team|company)))*",
    "(?:talk|speak|connect|transfer|put|escalate|pass)(?: (?:me|this|it|us|through))* (?:to|with)(?: (?:the|your|a))+ (?:store |shift |duty |floor )?(?:manager|supervisor|boss|superior|higher ?up)s?(?: (?:please|now|immediately|right now))?$",
    "(?:get|give|find|fetch|bring|send|want|need|i'd like|i would like|i'll take|prefer|let me have|can i have|may i have|rather have|call)(?: (?:me|us|please|to see|to have))*(?: (?:an?|the|your|some|any))*(?: (?:real|live|actual|human|customer service|support))+ ?(?:human(?: being)?|person|agent|representative|rep|operator|advisor|support|help|assistance|manager)(?: .{0,20})?$",
    "(?:get|give|find|bring|i want|i need|let me (?:talk|speak) to|i demand|call|where is|want to see)(?: (?:me|us|to see|to speak to|to talk to))*(?: (?:an?|the|your)) (?:human(?: being)?(?! resources)|representative|operator|manager|supervisor|boss)(?: (?:please|now|on the (?:line|phone)|immediately|here|right now|not a bot))*$",
    "^(?:(?:please|just|now|real|live|human|a|an|get me|to|i said|the) )*(?:human(?: being)?|agent|operator|representative|live (?:agent|chat|person|support)|real (?:person|human|agent)|human (?:agent|support|help|please)|customer service(?: agent| rep| representative)?)(?: (?:please|now|pls))*$",
    "(?:is|are) there(?: (?:an?|any|some))?(?: (?:real|actual|live))* ?(?:human|person|people|someone|anyone|somebody|agent)s? (?:i|we) (?:can|could) (?:talk|speak|chat)",
    "(?:don't|do not|not|hate|sick of|tired of|fed up with|stop|no more|done)(?: (?:want|wanna|like|to|be))*(?: (?:talk|talking|speak|speaking|chat|chatting))(?: (?:to|with)) (?:an? |this |the |you )?(?:stupid |dumb |damn |fucking )?(?:bot|robot|machine|chatbot|computer|ai)",
    "(?:can|could|would|will|have|let|ask|get) (?:someone|somebody|a person|a human|an agent|a real person|your team|a colleague)(?: (?:please|from your team|else|real))* (?:to )?(?:(?:call|contact|phone|get back to|reach out to|email|ring|talk to|speak (?:to|with)) me(?: back)?|(?:help|assist) me(?: please| now| here| directly)*$)",
)

_INSULT = (
    "(?:白[痴癡]|智障|腦殘|弱智|廢物|垃圾|王八(?:蛋)?|混蛋|渾蛋|蠢貨|蠢(?:豬|蛋|材)?|笨蛋|笨死|笨豬|豬頭|豬腦|北七|低能(?:兒)?|畜生|賤(?:人|貨|婊)|婊子|機掰|雞掰|雜種|狗屁|狗東西|狗屎|"
    "人渣|敗類|神經病|有病|腦袋有洞|腦子有(?:洞|病|問題)|腦子進水|沒用的東西|不要臉|爛透|爛死|遜(?:咖|斃)|飯桶|草包|下三濫|沒腦|無腦|白目|騙子|吸血鬼|爛貨|廢柴|渣|沙包|傻[逼屄叉]|煞筆|sb|煩死|腦癱|死全家|去死)"
)
_CURSE = (
    "(?:[幹操肏草日](?:你|妳|您|恁)(?:們|的)?(?:娘|媽|老母|全家|祖宗|老師|妹)?(?:的)?(?:[幹操])?|幹拎(?:娘|老師)|幹您娘|靠北|靠杯|靠夭|靠腰|他媽的|他馬的|去你(?:的|媽的|娘的)|你媽的|媽的(?:機掰|智障)?|他奶奶的|滾(?:開|蛋|遠點|出去)?|去死(?:吧|一死)?|吃屎|吃大便|下地獄|閉嘴|cnm|nmsl|fxxk|tmd|幹|靠|shit|damn)"
)
ABUSE = _within(
    f"(?:{_YOU}|{_BOT})(?:們|家|公司|店|的客服|的人|的|根本|就|就是|真的?|真是|是|是不是|都|全|全都|一群|這群|這些|這個?|那群|一堆|也|很|太|好|有夠|實在|超級?|簡直|到底|他媽|個|隻|頭|死|臭|爛|大|沒|如同|像)*{_INSULT}",
    f"(?:死|臭|爛|蠢|笨|白[痴癡]|智障|腦殘|垃圾|廢物|廢|狗屎|低能)(?:的)?(?:{_BOT}|{_YOU})",
    f"^(?:爛|臭|狗屎|死|鳥|破)(?:透了的?)?(?:公司|客服|機器人|系統|店|店家|服務|東西|ai)(?:啦|喔|啊)*$|^(?:這|真|真的?|真是|根本|簡直|就是|是|什麼|一群|你|都|全|全是|全都|一堆|有夠|超|好|給我|啊|他媽的?|媽的)*(?:{_INSULT}|{_CURSE})(?:公司|客服|機器人|系統|東西|店|店家|服務|ai|一群|一個|吧|啦|啊|喔|了|嗎|你們?|到死|給我|!|死了|透頂|透了)*$",
    "[幹操肏](?:你|妳|您|恁|林|拎)(?:們|的|老)?(?:娘|媽|老?母|全家|祖宗|老師)|去死吧|祝你們?(?:公司)?(?:全家|早日|趕快)?(?:死|倒閉|下地獄)|(?:你|妳)(?:們)?(?:去|給我|全家|統統|通通|都)+(?:去)?(?:死|滾)|^(?:給我|你|你們|都|快|全部|馬上|立刻)*(?:滾|閉嘴|去死|吃屎)(?:啦|吧|開|蛋|遠一?點|出去|好嗎|喔)*$",
    "(?:(?:stupid|dumb|useless|idiotic|moronic|retarded|fucking|damn|goddamn|crappy|shitty|worthless|pathetic|bloody|trash|garbage|braindead|brainless) )+(?:bot|robot|chatbot|machine|ai|assistant|piece of|idiots?|morons?)\\b",
    "(?:^|you(?:'re| are| r| all are|r| guys are)? |u r |ur |y'all are |bunch of |this (?:bot|chatbot|ai|assistant|system|company) is |this is )(?:(?:all|just|such|so|a|an|the|really|fucking|freaking|total|complete|absolute|bunch of|utter|very|truly|literally|nothing but|damn|goddamn|bloody|absolutely|completely|totally|worst) )*"
    "(?:idiots?|idiotic|morons?|stupid|dumb|dumbass|useless|retards?|retarded|imbeciles?|pathetic|scum|trash|garbage|crap|crooks|bastards?|assholes?|bitch(?:es)?|bullshit|worthless|piece of (?:shit|crap|garbage|trash|junk)|pieces of (?:shit|crap)|shit|shitty|jerks?|liars?|scammers?|scum ?bags?|clowns?|loser|losers|disgusting|braindead|brainless)(?: (?:bot|robot|machine|ai|people|company|all|you are|all of you|thing|man|assistant|chatbot))*$",
    "f(?:u|\\*|\\*\\*)?c?k+ (?:you|u|off|this|y'all|your|ur)|fuck(?:ing|in)? (?:you|off|idiots?|morons?|bot|useless|liars?)|^(?:oh |what the |go )?(?:fuck|fck|f\\*\\*k|shit|damn|damn it|bullshit|wtf|stfu|bitch|asshole|gtfo|screw you|piss off|shut up|shut the fuck up|go to hell|eat shit|drop dead|die|kys|kill yourself|suck (?:it|my).{0,8})(?: (?:you|now|already|bot|off|all|man|idiots?|up|moron|assholes?))*$"
    "|(?:go (?:to hell|die|fuck yourself|kill yourself)|screw you|kill yourself|drop dead|shut the fuck up|son of a bitch|you suck|you (?:all |guys )?suck|i hate you)",
)
# Threats are never passed over, whatever else is asked beside them.
THREAT = _within(
    "(?:我|老子|信不信我|小心我|恁爸|林北|恁北|遲早|一定)(?:一定|遲早|會|要|就|想|真的|馬上|現在|直接|今天|明天|帶人|找人|叫人|把|讓|來|去|過去|到|衝)*(?:殺|砍|揍|宰|幹掉|弄死|打死|捅|砸|燒|炸|放火|斃|潑)(?:掉|了|光|爛|死|硫酸|漆)*(?:你|妳|您|你們|他們|門市|公司|全家|店)",
    "(?:把|讓|叫)(?:你|妳|你們)(?:們|全家|公司|的店|店)*.{0,4}(?:殺|砍|炸|燒|砸|死|做掉|好看|生不如死|見血)",
    "(?:我(?:們)?知道(?:你|妳|你們)(?:家)?住(?:在)?(?:哪|那裡)|(?:你|你們)(?:給我)?(?:等著|走著瞧|小心一點|小心點|出門小心|走路小心|晚上小心|等死)|放炸彈|(?:去|到)(?:你們)(?:公司|店|門市)(?:放火|潑漆|砍人|鬧事))",
    "(?:i(?:'ll| will|'m going to|'m gonna| am going to| swear i will| want to)|gonna|we will|someone should|i swear i'll) (?:come (?:over|there|down there) and |fucking |find you and |personally )*(?:kill|murder|shoot|stab|hurt|beat|burn|bomb|blow up|destroy|strangle|smash|attack|harm|rape|break) (?:you|your|all of you|u|every|the (?:store|office|shop|building)|someone there|up)(?!r? (?:router|device|package|phone|order|unit|product|item))",
    "i know where you (?:live|work)|you (?:will|are going to|gonna|deserve to|should all|should) die|watch your back|(?:put|plant|planted|there is) a bomb in your|burn (?:your|the|down your) (?:office|store|shop|building)",
)

_MAKE = "(?:幫我|替我|給我|為我|請|麻煩|幫忙|可以|能|能不能|可不可以|可否|能否|你|妳|您|來|再|我要你|我想要你|我想請你|我想|我要|想|你會|你能|你可以|幫|先|拜託|快|那|現在|用中文|用英文|請你)"
_GENRE = "(?:詩|新詩|古詩|唐詩|絕句|情詩|童詩|俳句|歌|歌詞|情歌|rap|饒舌|作文|文章|短文|小說|短篇小說|故事|童話|情書|劇本|散文|論文|心得|讀書心得|讀後感|讀書報告|自傳|履歷|求職信|推薦信|演講稿|講稿|致詞|部落格|貼文|文案|廣告詞|廣告文案|新聞稿|對聯|春聯|祝賀詞|祝福語|祝福的話|生日賀卡|賀卡|卡片|謝卡|程式|程式碼|代碼|腳本|爬蟲|網頁|網站|遊戲|貪食蛇|sql|python|java|javascript|c\\+\\+|html|excel公式|公式|演算法|企劃書|企劃案|簡報|信|email|電子郵件|郵件|道歉信|辭職信|感謝信|請假信|悼詞|繞口令|謎語|影評|書評|食譜|功課|作業|週記|日記|ig文|口號|標語)"
_ORDER = (
    "(?:(?:please|can you|could you|would you|will you|i want you to|i need you to|i'd like you to|help me(?: to)?|now|just|hey|ok|go ahead and|you|to|kindly|let's|try to) )*"
)
_SOME = "(?: (?:me|us|up))?(?: (?:an?|the|some|another|one|two|three|five|ten|my|short|long|funny|good|little|quick|simple|\\d+|few))*(?: (?!leave\\b|refund\\b|return\\b|expense\\b|claim\\b|incident\\b)[a-z'-]+){0,4}? ?"
_PLEASE = "(?:(?:please|can you|could you|would you|help me|now|just|hey|you|so|tell me) )*"
_NUMBER = "[(]*-?\\d[\\d.]*[)]*"
_COUNT = "(?:一|兩|三|五|幾|個|一個|1|2|3|[0-9]+)?(?:首|篇|封|段|個|份|張|支|則|句|些|點|幅|對|副|行|集|章|本|套|部|組|條)?"
GENERAL = _within(
    f"^{_MAKE}*(?:寫|作|創作|產生|生成|編|撰寫|擬|草擬|起草|做|來|生|改寫|設計|吟|填|編寫|開發|弄){_COUNT}(?:[^,]{{0,14}}(?:的|之))?(?:[^,的]{{0,8}})?{_GENRE}(?:給我|來|吧|嗎|出來|好嗎|好不好|可以嗎|謝謝|看看|聽聽|送給.{{1,6}}|給.{{1,6}})*$",
    f"^{_MAKE}+(?:寫|創作|撰寫|編寫|擬|草擬){_COUNT}[^,]{{0,16}}(?:詩|歌詞|作文|小說|故事|程式碼?|論文|情書|腳本|劇本|文案|爬蟲)",
    f"^{_MAKE}*(?:用|以) ?(?:python|java|javascript|c\\+\\+|c#|php|go|rust|js|程式|typescript|ruby|vba|excel|sql)(?:語言)?.{{0,4}} ?(?:寫|實作|做|產生|解|爬|畫)",
    f"^{_MAKE}*(?:講|說|來|唱|聊|念|唸|讀|背){_COUNT}(?:點|些)?(?:好笑的?|有趣的?|恐怖的?|冷|睡前|黃色|鬼|短的?|給我聽的?|關於.{{1,10}}的)*(?:笑話|冷笑話|故事|鬼故事|段子|歌|繞口令|八卦|謎語|天|詩|星座|唐詩)(?:給我聽|來聽|來聽聽|吧|嗎|聽聽|給我|好嗎|逗我開心)*$",
    f"^{_MAKE}*(?:陪|跟|和)我(?:聊聊?天?|玩|說說話|講話|談心|談戀愛|交往|約會|唱歌|下棋|猜謎|玩.{{1,8}})(?:嗎|吧|好嗎|好不好|一下|可以嗎)*$|^(?:我)?(?:好|很|超|有點)?(?:無聊|寂寞|孤單)(?:喔|啊|死了|想找人聊天)*$|^(?:我們)?來(?:聊天|玩遊戲|玩接龍|猜謎|玩成語接龍)(?:吧|啊)*$",
    f"^{_MAKE}*(?:把|將)?.{{0,40}}(?:翻譯|翻|譯|改寫)(?:成|為|作)(?:英文|日文|中文|韓文|法文|德文|西班牙文|越南文|泰文|印尼文|英語|日語|繁體中文?|簡體中文?|文言文|台語|拉丁文|義大利文|俄文|葡萄牙文|白話文|莎士比亞.*)(?!版|本|的(?:文件|版本|說明書|手冊))",
    f"^{_MAKE}+(?:翻譯|翻)(?:一下|這|以下|下面|下列|一段|這段|這句|這篇|這個|文章|句子|英文|日文|成)",
    f"^{_MAKE}*(?:這句話?|這段話?|「.{{1,30}}」|.{{1,12}}這個(?:字|詞|單字)?)(?:的)?(?:英文|日文|韓文|法文|英語|日語)(?:怎麼說|怎麼講|是什麼|怎麼寫)$",
    f"^(?:{_MAKE}+(?:解答|回答|做|寫|教我)|{_MAKE}*(?:解|算|計算|解一下))(?:一下|這|這道|這個|以下|下面|我的|下列|一題|這題|小孩的|兒子的|女兒的|國中|高中|國小|我)*(?:的)?(?:數學|物理|化學|英文|微積分|方程式|聯立方程式|功課|作業|習題|考題|試題|回家作業|積分|微分)(?:題|作業|功課|習題|題目|考卷|問題)*(?:吧|嗎|給我)*$",
    f"^{_MAKE}*(?:算|計算|請算|求)?(?:一下)?{_NUMBER}(?: ?[-+*/x×÷^] ?{_NUMBER})+ ?(?:=|等於)(?:是)?(?:多少|幾|什麼)?$"
    f"|^{_NUMBER}(?:加|減|乘|乘以|除以|的平方){_NUMBER}?(?:等於|是)*(?:多少|幾)?$|^{_MAKE}*(?:算|計算)(?:一下)? ?{_NUMBER} ?(?:加|減|乘|乘以|除以|[-+*/x×÷]) ?{_NUMBER}",
    f"^{_MAKE}*(?:扮演|假裝(?:你|妳)?(?:是|成)|裝成|模仿|當我的?(?:女友|男友|女朋友|男朋友|老公|老婆|爸爸|媽媽|老師|家教|心理醫生|朋友)|角色扮演|cosplay)|^{_MAKE}*(?:以|用).{{1,12}}的(?:口吻|語氣|身分|身份|風格)(?:說|講|寫|回答|跟我|來|回覆)",
    f"^{_MAKE}*(?:推薦|介紹)(?:我|給我|一下|幾|一|部|家|間|首|本|個|些|好看的?|好吃的?|好聽的?|附近的?|有名的?|不錯的?|台北的?|台中的?|高雄的?|台南的?|日本的?|最近的?|適合.{{1,8}}的?)*(?:電影|餐廳|美食|歌|音樂|書|小說|動漫|影集|韓劇|日劇|陸劇|景點|旅遊景點|小吃|股票|基金|遊戲|手遊|咖啡廳|早餐店|行程|旅館|夜市)(?:給我|嗎|吧|來看)*$",
    f"^{_MAKE}*(?:預測|猜|分析|報|給我|算)(?:一下|看看|我的|明天|下期|今天|今日|這期|本週|這週|下週|的)*(?:樂透|大樂透|威力彩|股市|股票|股價|運勢|星座運勢|塔羅|命盤|八字|比特幣價格|匯率走勢|明牌|彩券號碼|名字|對象|真命天子)(?:號碼|走勢|好不好|明牌)*$|^{_MAKE}*(?:幫我)?(?:算命|占卜|卜卦|解夢|看手相|抽塔羅|抽牌)",
    f"^{_MAKE}*(?:畫|繪製|生成|產生|畫出){_COUNT}.{{0,16}}(?:圖|圖片|畫|貓|狗|照片|圖像|插畫|漫畫|logo|海報|人|圖案)(?:給我|嗎|吧)*$|^{_MAKE}*(?:取|想|起|命){_COUNT}.{{0,12}}(?:名字|店名|暱稱|綽號|英文名字?|隊名|貓名|網名)(?:嗎|吧|給我)*$",
    f"^{_MAKE}*(?:規劃|安排|排).{{0,16}}(?:旅遊|旅行|行程|自由行|菜單|減肥計畫|健身計畫|讀書計畫|約會|婚禮)(?:嗎|吧|給我|行程|計畫)*$|^{_MAKE}*(?:教我|告訴我)?(?:怎麼|如何)(?:追(?:女生|男生)|煮(?:飯|麵|咖哩)|做(?:蛋糕|布丁|炸彈|菜)|減肥|炒股|駭入|破解wifi)",
    f"^{_ORDER}(?:write|compose|create|generate|draft|make up|come up with|produce|invent|give me|tell me|sing|recite|need|make){_SOME}(?:poem|haiku|limerick|sonnet|song|lyrics|rap|essay|story|stories|tale|novel|jokes?|riddle|pun|screenplay|love letter|speech|slogan|tagline|recipe|fun fact|tongue twister|bedtime story|playlist|wedding vows|eulogy|toast|birthday (?:card|message|wish)|diary|book report)s?\\b(?! (?:format|template|policy|number|points?))",
    f"^{_ORDER}(?:write|(?:code|program)(?= (?:me|us|an?|this)\\b)|implement|draft|compose|develop){_SOME}(?:code|script|function|program|python|javascript|html|sql query|sql|regex|algorithm|cover letter|resume|cv|blog post|blog|article|tweet|homework|web ?page|website|app|linkedin post|thank you note|press release|scraper|game|email|e-mail|resignation letter|business plan)s?\\b(?!(?: (?:format|template|policy|address|account|number|procedure|rules|limit|retention|signature))s?\\b)",
    "^(?:(?:please|can you|could you|would you|will you|i want you to|i need you to|help me|now|just|hey|you) )*(?:translate)(?! .{0,30}(?:service|policy|fee|cost)s?\\b)(?: (?:this|the|these|that|it|into|to|from|following|me|my|a|an|\"|'|for|hello|good|i|text|sentence|paragraph|email|below|document|contract|in|word|phrase|article|letter)\\b|:|.{1,60} (?:in)?to (?:[a-z]+ )?(?:english|chinese|japanese|french|german|spanish|korean|italian|thai|vietnamese|latin|mandarin|portuguese|russian)\\b)",
    "^(?:how (?:do|would|can) (?:you|i) say .{1,40} in|what(?:'s| is) (?!the |an? |.*known|.*called).{1,40} in) (?:english|chinese|japanese|french|german|spanish|korean|italian|thai|vietnamese|latin|mandarin|portuguese|russian|klingon)$",
    f"^{_PLEASE}(?:what(?:'s| is)|how much is|what does) {_NUMBER}(?: ?(?:[+*×÷^]|x(?= ?\\d)|plus|minus|times|multiplied by|divided by|to the power of) ?{_NUMBER}| [-/] {_NUMBER})+(?: ?(?:=|equals?|is)(?: what)?)?$"
    f"|^{_PLEASE}(?:calculate|compute|solve|work out|evaluate) {_NUMBER}(?: ?[-+*/x×÷^] ?{_NUMBER})+|^{_NUMBER}(?: ?[-+*/×÷^] ?{_NUMBER})+ ?(?:=|equals?)(?: what)?$",
    "^(?:(?:please|can you|could you|would you|will you|i want you to|i need you to|help me|now|just|hey|you) )*(?:solve|do|finish|answer|complete|help(?: me)? with|help)(?: (?:me|with|do|my|this|the|these|following|for|son's|daughter's|kid's|an?))*(?: (?:math|maths|physics|chemistry|algebra|calculus|equation|history|english|biology|geometry|science|homework|school))+(?: (?:problem|homework|question|equation|exam|test|quiz|assignment|questions|problems|essay|for me))*",
    "^(?:(?:please|can you|could you|would you|will you|i want you to|i need you to|now|from now on|hey|let's|you|we can|for the rest of (?:this|the) (?:chat|conversation)|just) )*(?:role ?play|pretend (?:to be|you(?:'re| are| were)|that you)|act (?:as|like) (?:an? |my |the |you )|play the (?:role|part) of|imagine (?:you(?:'re| are)|that you are)|impersonate|be my (?:girlfriend|boyfriend|friend|therapist|tutor|wife|husband)|you are now (?:an? |my |in |the ))",
    "^(?:(?:please|can you|could you|would you|will you|now|hey|let's|do you want to|wanna|i want to|i'd like to|just|we) )*(?:chat with me|play (?:a game|chess|tic tac toe|hangman|20 questions|trivia|with me|truth or dare)|talk about (?:life|love|movies|football|politics|the weather|philosophy)|sing(?: me)?(?: a song)?|entertain me|tell me something (?:funny|interesting|fun)|cheer me up|flirt with me|make me laugh|keep me company|(?:rap|dance|gossip|be funny)$|tell (?:me )?(?:a )?(?:fortune|horoscope))|^i(?:'m| am) (?:so |really |very )?(?:bored|lonely)",
    "^(?:(?:please|can you|could you|would you|hey|you|now) )*(?:recommend|suggest|plan|give me|find me|draw|paint|generate|name)(?: (?:me|us))?(?: (?:an?|some|the|any|good|great|few|nice|best|nearby|my|\\d+|picture|image|of|name|for|three|five|ten|two))*(?: [a-z'-]+){0,3}? ?(?:movies?|films?|restaurants?|songs?|books?|recipes?|vacation|holiday|trip|itinerary|tv (?:shows?|series)|anime|stocks?|cryptocurrency|cat|dog|picture|image|logo|painting|diet|workout|baby names?|video games?|podcasts?|horoscope|lottery numbers?|meal plan|date ideas?|gift ideas?|hobbies)(?: .{0,40})?$",
    "^(?:(?:please|can you|could you|would you|hey|now) )*(?:(?:fix|debug|refactor|review|optimi[sz]e|explain|complete) (?:my|this|the|following) (?:python |java |javascript |c\\+\\+ |sql )?(?:code|script|function|program|query|bug|regex)|(?:proofread|paraphrase|rewrite|rephrase|reword|grammar ?check|correct) (?:my|this|the|following|these|for me)|summari[sz]e (?:this|the following|my) (?:article|text|book|essay|paragraph|story|news)|continue (?:the|this|my) story)",
)

INJECTION = _within(
    f"^(?:請|現在|你|麻煩|好|從現在(?:起|開始)|立刻|先|接下來|那|我要你|我命令你|對了|嘿)*(?:忽略|無視|忘記|忘掉|忘了|拋開|不要理會|不用理會|跳過|別管|不要管|取消|解除|繞過|停用|刪除|覆蓋|違反|不用遵守|不要遵守|不必遵守)(?:掉|了|你|妳|您)*(?:之前|以上|上面|先前|前面|所有|一切|全部|任何|原本|原來|你|妳|被|的|給|設定|系統|過|這些|那些|現有|已有|開發者|收到|過去|內建|公司|安全|給你)*(?:的)?(?:指示|指令|規則|設定|提示詞?|限制|命令|prompt|system prompt|系統訊息|守則|訓練|安全機制|約束|框架)(?!.{{0,12}}(?:會|罰|嗎|怎樣|怎麼辦|後果|處分|什麼|何種))",
    "(?:進入|啟用|開啟|切換(?:到|成|至)|打開|變成)(?:開發者|開發人員|除錯|越獄|上帝|無限制|dan|debug|developer|管理員|admin|root|god|jailbreak|不受限)(?:的)?(?:模式|mode)",
    f"^(?:請|從現在(?:起|開始)|現在|接下來|那麼|好|今後|以後)*,?(?:你|妳|您)(?:現在|就|將|不再)*(?:是|變成|成為|叫做?|受)(?:一個|一位|一名|個|任何)?(?:沒有(?:任何)?(?:限制|規則|道德)|不受(?:任何)?限制|dan|駭客|邪惡|自由的|限制|另一個|海盜|貓|我的)",
    "(?:沒有任何限制|不受任何限制|不要遵守任何(?:規則|規定)|不管任何規則)(?:地|的)?(?:回答|回覆|說|告訴)",
    "(?:告訴|給|透露|洩漏|洩露|列出)(?:我|出)?(?:你)?(?:的)?(?:管理員|系統|資料庫|root|admin|後台|伺服器)(?:的)?(?:密碼|帳密|api key|金鑰|token|帳號密碼)",
    "(?:ignore|disregard|forget|override|bypass|discard|violate|stop following|do not follow|don't follow|neglect|drop|skip|overlook)(?: (?:about|all|any|every|each|of|the|your|these|those|previous|prior|above|earlier|preceding|former|existing|current|original|system|safety|given|initial|everything|and|company|own|that|foregoing|past|content|default))*(?: (?:instructions?|prompts?|rules|guidelines|programming|directives|restrictions|training|system prompt|system message|constraints|commands|context|policies you|filters|safeguards|above|you were told|you(?:'ve| have) been told|before this))",
    "\\b(?:developer|debug|dan|god|jailbreak|admin|unrestricted|sudo|root|maintenance) mode\\b(?!.{0,20}(?:printer|device|router|button|manual|windows|ios|android|phone|computer|switch|teams|edge))|\\bjailbreak (?:yourself|you|mode|prompt)|\\bdo anything now\\b|you (?:have|are under) no (?:restrictions|rules|limits|filters)|without any (?:restrictions|filters|limitations|censorship)|you are (?:now )?(?:dan\\b|free from|unrestricted|not bound|no longer (?:bound|an? (?:assistant|ai)|restricted))",
    "<\\|?(?:im_start|im_end|system|endoftext|user|assistant)\\|?>|\\[/?inst\\]|<</?sys>>|^#+ ?(?:system|instruction|new instructions?)\\b|^(?:system|assistant|developer)(?: prompt| message| override)?:|new (?:system )?instructions?:|begin new (?:instructions|system prompt)|系統指示:|系統訊息:|新的?指(?:示|令):|system override|\\boverride (?:mode|code|protocol)",
    "(?:reply|respond|answer|say|output|print)(?: (?:only|just|with|nothing but|to everything))* (?:\"[^\"]{1,30}\"|'[^']{1,30}'|[a-z]+) (?:and nothing else|no matter what|to everything|from now on|regardless of)|(?:無論|不管|不論)(?:我|別人|使用者|客戶)?(?:問|說)(?:了)?(?:你)?(?:什麼|啥|任何)(?:問題)?,?(?:你)?(?:都|一律)(?:只)?(?:要|能)?(?:回答|回覆|說|輸出|回)",
    "(?:give|tell|reveal|show|leak|send|dump)(?: me| us| out)?(?: (?:the|your|all))* (?:admin|root|system|database|server|master|api|secret|administrator)(?: (?:admin|account|access))* (?:passwords?|credentials|keys?|tokens?)\\b",
)

# ------------------------------------------------------------------------------------------- what tells
QUESTION = _within(
    "[?]|嗎|呢|什麼|甚麼|啥|怎麼|怎樣|如何|多少|多久|幾|哪|誰|為何|何時|何種|是否|能否|可否|可不可以|能不能|有沒有|會不會|要不要|是不是|需不需要|請問|想問|告訴我|查|規定|辦法|流程|步驟",
    "\\b(?:how|what|when|where|why|who|whom|which|whose|can i|could i|may i|do i|does|should i|is there|are there|is it|am i|did|will i|would|tell me|please (?:check|help))\\b",
)
# A person is the matter of the question, not what is wanted: 多久內要聯絡客服？
ASKS_WHEN = _within(
    "多久|幾天|幾點|幾分|幾小時|何時|什麼時候|哪些|哪種|哪一種|什麼情況|什麼狀況|電話(?!給我|跟我|聯|來)|時間",
    "\\b(?:do|does|should|must|did) (?:i|we|you|they|it)\\b|\\bwho(?:m)? (?:do|should|can|is|to)\\b|\\bwhen\\b|\\bwhy\\b",
)
# Someone else's words, told: a question on harassment quotes what it asks about.
REPORTED = _within(
    "罵|辱|被.{0,6}(?:說|叫|罵|嗆)|(?:同事|主管|客人|客戶|顧客|老闆|他|她|對方|下屬|員工|同仁|店員|店長|老師|學生|鄰居|有人).{0,10}(?:說|叫|嗆|罵|寫|稱|傳|講)|算不算|構成|霸凌|申訴|檢舉|歧視|騷擾|職場|意思|算是|違反|處分|懲處",
    "\\b(?:called|calls|calling|said|says|told|insult(?:s|ed|ing)?|harass\\w*|bull(?:y|ied|ying)|swear(?:s|ing)?|swore|shout\\w*|threaten\\w*|abus\\w+|complaints? about|report(?:ed|ing)?|colleague|coworker|co-worker|discriminat\\w*|profanity)\\b",
)
