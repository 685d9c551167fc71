"""Which names, places and numbers does the world use? Made up, in the many spellings in which forms arrive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Texts = NDArray[np.object_]

# (nationality, post, weight, family names, given names); weights follow the order of the public figures of 2010
COUNTRIES = (
    ("CHN", "CN-SHA", 0.55, ("王", "李", "Zhang", "Liu", "Chen", "Yang"), ("Wei", "小红", "Fang", "Jun", "Li Na", "Hui")),
    ("THA", "TH-BKK", 0.12, ("Suksawat", "Chaiyasit", "Rattanakorn", "Boonmee"), ("สมชาย", "Somying", "Malee", "Anong", "Krit")),
    ("PHL", "PH-MNL", 0.13, ("Dela Cruz", "Santos", "Reyes", "Garcia", "Mendoza"), ("Maria", "Ana Liza", "Mark Anthony", "Jose", "Grace")),
    ("IDN", "ID-JKT", 0.08, ("Wijaya", "Santoso", "Hartono", "Siregar"), ("Putri", "Agus", "Dewi", "Budi")),
    ("VNM", "VN-HAN", 0.07, ("Nguyễn", "Trần", "Phạm", "Lê"), ("Văn Minh", "Thị Hoa", "Thu", "Đức")),
    ("RUS", "RU-MOW", 0.05, ("Ivanova", "Petrov", "Smirnova", "Volkov"), ("Olga", "Irina", "Dmitri", "Elena")),
)  # fmt: skip
FAMILIES = (("佐藤", "Sato"), ("鈴木", "Suzuki"), ("高橋", "Takahashi"), ("田中", "Tanaka"), ("渡辺", "Watanabe"),
            ("伊藤", "Ito"), ("山本", "Yamamoto"), ("中村", "Nakamura"), ("小林", "Kobayashi"), ("加藤", "Kato"))  # fmt: skip
GIVENS = (("浩", "Hiroshi"), ("健一", "Kenichi"), ("誠", "Makoto"), ("直樹", "Naoki"), ("洋子", "Yoko"), ("恵子", "Keiko"),
          ("明", "Akira"), ("隆", "Takashi"))  # fmt: skip
PLACES = (("東京都新宿区百人町", "Tokyo-to Shinjuku-ku Hyakuninchou "), ("東京都足立区梅田", "Tokyo-to Adachi-ku Umeda "),
          ("大阪市中央区", "大阪市中央区 "), ("愛知県名古屋市中区栄", "愛知県名古屋市中区栄 "), ("千葉県松戸市", "千葉県松戸市 "),
          ("岐阜県岐阜市", "岐阜県岐阜市 "), ("神奈川県川崎市川崎区", "神奈川県川崎市川崎区 "))  # fmt: skip


def codes(rng: np.random.Generator, n: int, prefix: str, digits: int) -> Texts:
    """Return n different ids that say nothing about what they name."""
    numbers = (
        rng.choice(10**digits, size=n, replace=False) if n < 10 ** (digits - 2) else rng.permutation(10**digits)[:n]
    )
    return np.array([f"{prefix}{number:0{digits}d}" for number in numbers.tolist()], dtype=object)


def phone_numbers(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Return n subscriber numbers of Japanese mobile phones."""
    return rng.integers(10_000_000, 99_999_999, n)


def spell_phones(rng: np.random.Generator, numbers: NDArray[np.int64]) -> Texts:
    """Write each number in one of the spellings met on forms."""
    styles = rng.integers(0, 4, len(numbers)).tolist()
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    out = []
    for number, style in zip(numbers.tolist(), styles, strict=True):
        head, tail = divmod(number, 10_000)
        text = (
            f"090{number}",
            f"090-{head}-{tail:04d}",
            f"+81 90 {head} {tail:04d}",
            f"090-{head:04d}-{tail:04d}",
        )[style]
        out.append(text.translate(wide) if style == 3 else text)
    return np.array(out, dtype=object)


def spell_addresses(rng: np.random.Generator, numbers: NDArray[np.int64]) -> Texts:
    """Write addresses, each number standing for one place with its room, in one of several spellings."""
    styles = rng.integers(0, 3, len(numbers)).tolist()
    out = []
    for number, style in zip(numbers.tolist(), styles, strict=True):
        kanji, latin = PLACES[number % len(PLACES)]
        a, b, c, room = (
            number // 7 % 9 + 1,
            number // 63 % 30 + 1,
            number // 1890 % 40 + 1,
            number // 75600 % 900,
        )
        flat = room > 300
        if style == 0:
            out.append(f"{kanji}{a}-{b}-{c}" + (f" #{room}" if flat else ""))
        elif style == 1:
            out.append(f"{kanji}{a}丁目{b}番{c}号" + (f" コーポ{room}" if flat else ""))
        else:
            out.append(f"{latin}{a}-{b}-{c}" + (f" #{room}" if flat else ""))
    return np.array(out, dtype=object)


def spell_sponsors(rng: np.random.Generator, numbers: NDArray[np.int64]) -> Texts:
    """Write the names of people in Japan, in characters or Latin letters."""
    styles = rng.integers(0, 2, len(numbers)).tolist()
    out = []
    for number, style in zip(numbers.tolist(), styles, strict=True):
        family, given = FAMILIES[number % len(FAMILIES)], GIVENS[number // 10 % len(GIVENS)]
        out.append(f"{family[style]} {given[style]}")
    return np.array(out, dtype=object)


def birth_days(rng: np.random.Generator, n: int, youngest: int, oldest: int) -> NDArray[np.int64]:
    """Return birth dates as days since 1970 for ages in 2008."""
    days = 13_880 - rng.integers(youngest * 365, oldest * 365, n)
    # -1 stands for null in columns of dates
    return np.where(days == -1, 0, days).astype(np.int64)
