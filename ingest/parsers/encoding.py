"""Bytes to text: UTF-8 and UTF-16 by rule, Big5, GB18030 and Western by which decoding reads like language.

Many bytes are valid in Big5 and in GB18030 alike; one of the two readings consists of common characters and
the other of rare ones. Of 1,000 samples of 12 characters in Big5 and in GB18030 all are right (2026-11), of 6
characters all and 99.5 %. charset-normalizer, tried first: 62 % and 50 % of 60 samples of 12.
"""

from __future__ import annotations

import codecs
import unicodedata
import zipfile
from functools import lru_cache

from ingest.errors import UnknownEncoding

# The most frequent characters of written Chinese, Traditional and Simplified.
_COMMON = frozenset(
    "之第條一人定工業或機者項主二關保十應及三規勞法事其本管險職請作得前有理以查檢依所於中資國申員不用期為四行五年日時金會辦證下經務款雇構動外件央合給分能列僱單發位六由書受月內未施設全表並具委就明生可上等付"
    "他補費計助文性限核公聘相部提間格準訓害同實自數領在備任七式後報安體議附學當至方指止投練類置驗情技額出百服被新與立要處程八通失認審場起加個調基許專對政料名地繳退度裁造但高屬成代符重醫目知民稱從算標各告正"
    "九試病記使向次收產品每形約災製別接休力入因續章決最術評團登取該原物必進利滿參監器供組變例除院級開解制賽無選執測運營質效予停護容適結如協長更壓科則元令療過競特按市身案反裝薪意型負健危貼大已求師衛且序違臺"
    "責益支傷權化手而教轉影診簡訂訴平津幣託屆家達配仲超防總率納萬送錄商改局直致存建推面銷免齡研將需整修准際交育氣康契均異電預載示再派遺非償械離心擔華繼復命府照視礙布估障戶小畫終死罰判區量鑑範的介此獎係爭亡"
    "假廢採果展強縣活據另逾種織轄低扶斷完留狀是了我這們來和到說也你子那著里道然多麼去都現沒看天還好些樣她只想軍它把又點兩問很戰頭美見什己西斯話回信老世門常先海兒東聲比水真論走義幾口系題爾打女神何少才太感做"
    "德山克統隊社便空治馬司眼聽白卻界光放即像難思王象色路南住北邊張拉望覺共確傳觀清今切讓識候帶導您貨換客郵寄票帳號密碼註冊庫倉固維遲班答嗎呢吧誰哪裡怎早晚週末星店消價優惠購買詢謝歡迎臨条业机项关应规劳险职"
    "请检于资国员为时会办证经务构动给单发书内设并补费计间训实数领备后报体议学当练类验额与处认审场个调许专对缴属医称从标试记产约灾别续决术评团该进满参监组变级开赛无选执测运营质护适结协长压则疗过竞装负贴师卫"
    "违台责伤权转诊简订诉币托届达总纳万录销龄将际气异电预载遗偿离担华继复视碍户画终罚区鉴范奖争废采强县据种织辖断状这们来说么现没还样军点两问战头见话门儿东声论义几题尔统队马听却难边张觉确传观让识带导货换邮"
    "帐号码注册库仓维迟吗谁周价优购买询谢欢临"
)
_PUNCTUATION = frozenset("，。、；：？！「」『』（）《》〈〉【】“”‘’—…·　％～－／")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CANDIDATES = ("big5hkscs", "cp950", "gb18030", "cp1252", "utf-16-le", "utf-16-be")
_SAMPLE = 1 << 16
_PLAUSIBLE = 0.0  # mean score of a reading, below which it is no language
_DAMAGE = 0.001  # share of undecodable bytes that a text may have and still be one


def decode(data: bytes) -> str:
    """Return ``data`` as text, without its byte order mark.

    Raises:
        UnknownEncoding: it reads like text in none of the encodings.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\0" in data[:_SAMPLE]:
        return _decode_wide(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    slight = bad <= max(1, len(data) * _DAMAGE)
    multibyte = sum(1 for character in text[:_SAMPLE] if character > "\x7f")
    if slight and multibyte > 5 * bad:  # UTF-8 with a little damage, such as a character cut at the end
        return text
    legacy = _decode_legacy(data)
    if legacy is None and not slight:
        raise UnknownEncoding
    return text if legacy is None else legacy


def decode_name(info: zipfile.ZipInfo) -> str:
    """Return a zip member's name, which without the UTF-8 flag is in the packing machine's encoding."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return decode(info.filename.encode("cp437"))
    except (UnicodeEncodeError, UnknownEncoding):
        return info.filename


def _decode_wide(data: bytes) -> str:
    """Return text with NUL bytes, which only UTF-16 and UTF-32 have, by where the NULs stand."""
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and score(text[:_SAMPLE]) > _PLAUSIBLE:
            return text
    raise UnknownEncoding


def _decode_legacy(data: bytes) -> str | None:
    """Return the reading that looks most like language, or None when none does."""
    best: str | None = None
    best_score = _PLAUSIBLE
    for encoding in _CANDIDATES:
        text = _decode_strictly(data, encoding)
        if text is not None and (found := score(text[:_SAMPLE])) > best_score:
            best, best_score = text, found
    return best


def _decode_strictly(data: bytes, encoding: str) -> str | None:
    """Return the text, with a character cut at the very end forgiven, or None."""
    for end in (len(data), len(data) - 1):
        try:
            return data[:end].decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def score(text: str) -> float:
    """Return how much the characters beyond ASCII look like language, from -1 to 1; plain ASCII scores 1."""
    total = count = 0.0
    before = " "
    for character in text:
        if character > "\x7f":
            worth = _worth(character)
            if worth is None:  # a Western letter: at home inside a word of ASCII letters
                worth = 0.7 if before.isalpha() else 0.2
            total += worth
            count += 1
        elif character < " " and character not in "\t\n\r\f\v":
            total -= 1
            count += 1
        before = character
    return total / count if count else 1.0


@lru_cache(maxsize=32_768)
def _worth(character: str) -> float | None:  # noqa: PLR0911 - a table of ranges
    """Return what one character adds to the score; None for Western letters."""
    if character in _COMMON:
        return 1.0
    if character in _PUNCTUATION:
        return 0.8
    code = ord(character)
    if 0x4E00 <= code <= 0x9FFF:
        return 0.4 if _everyday(character) else -0.5
    if 0xC0 <= code <= 0x24F:
        return None
    if 0xFF01 <= code <= 0xFF5E or 0x2010 <= code <= 0x2027 or 0x2460 <= code <= 0x25FF or code == 0xA0:
        return 0.3
    if unicodedata.category(character) in {"Cn", "Co", "Cc", "Cs"}:
        return -1.0
    return -0.4


def _everyday(character: str) -> bool:
    """Tell whether Big5 or GB 2312 has the character in its first, common half."""
    for encoding, first, last in (("big5", 0xA4, 0xC6), ("gb2312", 0xB0, 0xD7)):
        try:
            lead = character.encode(encoding)[0]
        except UnicodeEncodeError:
            continue
        if first <= lead <= last:
            return True
    return False
