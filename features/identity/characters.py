"""Characters as forms and keyboards write them, reduced to a single writing."""

import re
import unicodedata

# half of a pair of surrogates is no character
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ud800-\udfff]"
)
_DASHES = re.compile("[\u2010-\u2015\u2043\u2212\u2500\u2501\u207b\u02d7\u058a\u1806\u2e3a\u2e3b]")
# typed for an apostrophe; accents that stand alone become blanks in NFKC, so they go first
_APOSTROPHES = re.compile("[`´\u02b9-\u02bf\u02c8\u02ca\u02cb\u055a\u2018-\u201b\u2032\u2035\uff07\uff40]")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_SIGNS = re.compile("[^a-z0-9/@]+")
_KANJI_PAIRS = (
    "髙高 﨑崎 嵜崎 碕崎 齋斎 齊斉 邊辺 邉辺 澤沢 廣広 濱浜 濵浜 櫻桜 國国 眞真 嶋島 嶌島 冨富 𠮷吉 德徳 惠恵 龍竜 瀧滝 榮栄 學学 會会 圓円 應応 假仮 價価 來来 壽寿 實実 寫写 將将 "
    "從従 條条 狀状 淨浄 瀨瀬 瀬瀬 獨独 縣県 藏蔵 藝芸 豐豊 貝貝 辻辻 邨村 醫医 釋釈 鐵鉄 關関 靜静 顯顕 鷄鶏 鹽塩 黑黒 齒歯 凛凜 增増 壯壮 孃嬢 寬寛 帶帯 彌弥 戶戸 拔抜 拜拝 敍叙 數数 晝昼 "
    "曉暁 槇槙 樂楽 樓楼 橫横 檜桧 步歩 每毎 氣気 海海 涉渉 溫温 滿満 澁渋 濟済 瀧滝 燈灯 爲為 燒焼 禮礼 福福 稻稲 穗穂 籠篭 粹粋 總総 緖緒 繩縄 聰聡 聽聴 莊荘 萬万 薗園 處処 虛虚 蟲虫 "
    "覺覚 觀観 讓譲 賴頼 輕軽 轉転 遙遥 鄕郷 錄録 鎭鎮 鑛鉱 隆隆 雜雑 靈霊 響響 驛駅 驗験 麥麦 黃黄 點点 黨党 龜亀 渕淵 淵淵 舘館 桒桑 祐祐 翆翠 曻昇 桺柳 栁柳 隝島"
)
_MODERN = str.maketrans({pair[0]: pair[1] for pair in _KANJI_PAIRS.split() if pair[0] != pair[1]})


def plain(text: str) -> str:
    """Return a text in NFKC, without invisible characters, with one dash, one apostrophe and digits 0 to 9.

    >>> plain("０９０–1234")
    '090-1234'
    """
    if text.isascii():
        return text.replace("`", "'")
    text = unicodedata.normalize("NFKC", _APOSTROPHES.sub("'", _INVISIBLE.sub("", text)))
    return _OTHER_DIGIT.sub(lambda match: str(unicodedata.digit(match[0])), _DASHES.sub("-", text))


def modern_kanji(text: str) -> str:
    """Return a text with old and variant kanji of names as the common ones: 髙橋 is 高橋."""
    return text.translate(_MODERN)


def without_signs(text: str) -> str:
    """Return a text in small letters without blanks and punctuation; a slash and signs within words stay.

    >>> without_signs(" Same as above. ")
    'sameasabove'
    """
    if text.isascii():
        return _SIGNS.sub("", text.lower())
    folded = plain(plain(text).casefold())
    kept = "".join(sign for sign in folded if sign in "/@" or unicodedata.category(sign)[0] in "LMN")
    return unicodedata.normalize("NFC", kept)
