"""Addresses in kanji and Latin letters, telephone numbers, and e-mail."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints, Objects
from synthetic_data.geography.countries import COUNTRIES
from synthetic_data.people.keys import NONE, choice

TOWNS = tuple(
    line.split("|")
    for line in (
        "東京都新宿区百人町|Tokyo-to Shinjuku-ku Hyakunincho", "東京都足立区梅田|Tokyo-to Adachi-ku Umeda",
        "東京都豊島区池袋|Tokyo-to Toshima-ku Ikebukuro", "東京都江戸川区小岩|Tokyo-to Edogawa-ku Koiwa",
        "東京都大田区蒲田|Tokyo-to Ota-ku Kamata", "東京都台東区上野|Tokyo-to Taito-ku Ueno",
        "東京都八王子市旭町|Tokyo-to Hachioji-shi Asahi-cho", "大阪府大阪市中央区島之内|Osaka-fu Osaka-shi Chuo-ku Shimanouchi",
        "愛知県豊橋市花田町|Aichi-ken Toyohashi-shi Hanada-cho", "千葉県松戸市本町|Chiba-ken Matsudo-shi Hon-cho",
        "岐阜県岐阜市柳ヶ瀬|Gifu-ken Gifu-shi Yanagase", "神奈川県川崎市川崎区浜町|Kanagawa-ken Kawasaki-shi Kawasaki-ku Hama-cho",
        "神奈川県横浜市中区伊勢佐木町|Kanagawa-ken Yokohama-shi Naka-ku Isezaki-cho", "埼玉県川口市芝|Saitama-ken Kawaguchi-shi Shiba",
        "静岡県浜松市中区砂山町|Shizuoka-ken Hamamatsu-shi Naka-ku Sunayama-cho",
        "広島県福山市松永町|Hiroshima-ken Fukuyama-shi Matsunaga-cho", "福岡県福岡市博多区住吉|Fukuoka-ken Fukuoka-shi Hakata-ku Sumiyoshi",
        "群馬県太田市飯田町|Gunma-ken Ota-shi Iida-cho", "長野県松本市大手|Nagano-ken Matsumoto-shi Ote",
        "茨城県水戸市大町|Ibaraki-ken Mito-shi O-machi", "宮城県仙台市青葉区国分町|Miyagi-ken Sendai-shi Aoba-ku Kokubun-cho",
        "愛知県名古屋市中区栄|Aichi-ken Nagoya-shi Naka-ku Sakae", "京都府京都市南区東九条|Kyoto-fu Kyoto-shi Minami-ku Higashikujo",
        "栃木県小山市城山町|Tochigi-ken Oyama-shi Shiroyama-cho",
    )
)  # fmt: skip
_ABROAD = ("Central", "North", "Lakeside", "Market", "River", "Station", "Temple", "Harbour", "Garden", "Hill")
_MOBILE = ("090", "080", "070")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_MAIL = ("example.com", "example.net", "example.org", "mail.example", "post.example")


def spell_addresses(rng: np.random.Generator, keys: Ints) -> Objects:
    """Write Japanese addresses, in kanji or Latin letters, with or without the words for block and room; null for none."""
    town, block = choice(keys, 31, len(TOWNS)).tolist(), choice(keys, 32, 9 * 90 * 60).tolist()
    room = np.where(choice(keys, 33, 20) < 16, 101 + choice(keys, 34, 880), 0).tolist()
    style = rng.integers(0, 8, len(keys)).tolist()
    out: list[str | None] = []
    for key, where, number, flat, form in zip(keys.tolist(), town, block, room, style, strict=True):
        if key == NONE:
            out.append(None)
            continue
        a, b, c = number // 5400 + 1, number // 60 % 90 + 1, number % 60 + 1
        kanji, latin = TOWNS[where]
        if form < 3:
            out.append(f"{kanji}{a}丁目{b}番{c}号" + (f" コーポ{flat}" if flat else ""))
        elif form < 6:
            out.append(f"{kanji}{a}-{b}-{c}" + (f" {flat}号室" if flat else ""))
        else:
            out.append(f"{latin} {a}-{b}-{c}" + (f" #{flat}" if flat else ""))
    return np.array(out, dtype=object)


def spell_homes(keys: Ints, countries: Ints) -> Objects:
    """Write addresses abroad; null for none."""
    street, number = choice(keys, 35, len(_ABROAD)).tolist(), choice(keys, 36, 90_000).tolist()
    out = [
        None if key == NONE else f"{n // 100 + 1} {_ABROAD[s]} Road, District {n % 100 + 1}, {COUNTRIES[c].code}"
        for key, s, n, c in zip(keys.tolist(), street, number, countries.tolist(), strict=True)
    ]
    return np.array(out, dtype=object)


def spell_phones(rng: np.random.Generator, keys: Ints, countries: Ints | None = None) -> Objects:
    """Write telephone numbers in the spellings met on forms; null for none.

    Parameters
    ----------
    countries
        Where the numbers are; in Japan if left out.
    """
    head, number = choice(keys, 37, 3).tolist(), (10_000_000 + choice(keys, 38, 90_000_000)).tolist()
    style = rng.integers(0, 6, len(keys)).tolist()
    abroad = [None] * len(keys) if countries is None else [COUNTRIES[c].dial for c in countries.tolist()]
    out: list[str | None] = []
    for key, prefix, digits, form, dial in zip(keys.tolist(), head, number, style, abroad, strict=True):
        if key == NONE:
            out.append(None)
        elif dial is not None:
            spaced = f"{dial} {digits // 10_000} {digits % 10_000:04d}"
            out.append(spaced if form < 3 else spaced.replace(" ", ""))
        elif form == 0:
            out.append(f"{_MOBILE[prefix]}{digits}")
        elif form < 4:
            out.append(f"{_MOBILE[prefix]}-{digits // 10_000}-{digits % 10_000:04d}")
        elif form == 4:
            out.append(f"+81 {_MOBILE[prefix][1:]} {digits // 10_000} {digits % 10_000:04d}")
        else:
            out.append(f"{_MOBILE[prefix]}-{digits // 10_000}-{digits % 10_000:04d}".translate(_WIDE))
    return np.array(out, dtype=object)


def spell_mails(keys: Ints) -> Objects:
    """Write e-mail addresses; null for none."""
    number, where = choice(keys, 39, 10**9).tolist(), choice(keys, 40, len(_MAIL)).tolist()
    out = [None if k == NONE else f"u{n}@{_MAIL[w]}" for k, n, w in zip(keys.tolist(), number, where, strict=True)]
    return np.array(out, dtype=object)
