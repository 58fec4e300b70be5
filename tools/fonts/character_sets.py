"""Characters that subsets of large fonts keep, by the national standards that Python's codecs know."""

from collections.abc import Iterable
from typing import Final

_FIRST: Final = 0x2E80  # what is below is of other fonts, but for the signs
_SIGNS: Final = "※℃℉№←↑→↓①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳■□▲△▶▷▼▽◀◁◆◇◎○●★☆♀♂♪♬"
# Cantonese as it is spoken, and characters of names and of the net, which are in neither standard.
_CHINESE_EXTRAS: Final = (
    "嘅咗喺唔啲嚟佢哋冇嗰咁乜嘢睇攞俾畀噉嗌揾搵瞓靚嬲咩喎啩㗎嘥冚孭屙嘞喇吖咋噃啱嗮晒嘈嘥攰攬掂揼搞攪瘀瞇諗唞唥啖咪嚿喐喼嗱嘟嚇"
    "囧槑怼喆堃昇祎玥珺翀晞镕淼焱垚犇骉羴鱻煊璟瑀琰珩玚昉暐旸昕昱晟晗晔晖婳嫣妤嬿姝媤偲俐佶倬啟峯"
)


def list_simplified_and_traditional() -> set[int]:
    """GB 2312, and the first level of Big5."""
    chinese = _decode("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF))
    taiwanese = _decode("big5", range(0xA1, 0xC7), range(0x40, 0xFF))
    return chinese | taiwanese | set(map(ord, _SIGNS + _CHINESE_EXTRAS))


def list_japanese() -> set[int]:
    """JIS X 0208: kana, and the first and second level of kanji."""
    return _decode("euc_jp", range(0xA1, 0xF5), range(0xA1, 0xFF)) | set(map(ord, _SIGNS))


def list_korean() -> set[int]:
    """All syllables of Hangul that there are, its letters, and the signs of KS X 1001."""
    return _decode("euc_kr", range(0xA1, 0xA5), range(0xA1, 0xFF)) | set(range(0xAC00, 0xD7A4))


def list_common_japanese() -> frozenset[int]:
    """Kana, and the first level of the kanji of JIS X 0208."""
    return frozenset(_decode("euc_jp", range(0xA1, 0xD0), range(0xA1, 0xFF)))


def list_common_hangul() -> frozenset[int]:
    """The syllables of KS X 1001, and the letters."""
    return frozenset(_decode("euc_kr", range(0xA1, 0xC9), range(0xA1, 0xFF)))


def _decode(codec: str, leads: Iterable[int], trails: Iterable[int]) -> set[int]:
    """The code points that two bytes of a codec stand for."""
    pairs = [bytes((lead, trail)) for lead in leads for trail in trails]
    texts = "".join(pair.decode(codec, errors="ignore") for pair in pairs)
    return {ord(character) for character in texts if ord(character) >= _FIRST}
