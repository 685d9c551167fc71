"""Names by country, in the spellings of forms."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints, Objects
from synthetic_data.people.keys import NONE, choice

_FAMILY = {
    "CHN": "Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma Luo Liang Song Zheng Xie Han Tang "
    "Feng Yu Dong Xiao Cheng Cao Yuan Deng Fu Shen Zeng Peng Lv Su",
    "THA": "Suksawat Chaiyasit Rattanakorn Boonmee Saetang Srisai Thongchai Wongsa Kaewkla Phromma Sukjai Inthasorn Jaidee "
    "Khamdee Panya Somboon Saelim Charoen Phosri Buathong Yodkham Meesuk",
    "PHL": "DelaCruz Santos Reyes Garcia Mendoza Cruz Bautista Ocampo Gonzales Ramos Aquino Navarro Castillo Flores "
    "Villanueva Torres Domingo Mercado Salazar Pascual Manalo Tolentino Dizon",
    "IDN": "Wijaya Santoso Hartono Siregar Nasution Saputra Kusuma Lestari Hidayat Gunawan Setiawan Wibowo Susanto Rahman "
    "Permata Simanjuntak Halim Purnama Utami",
    "VNM": "Nguyễn Trần Phạm Lê Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý",
    "RUS": "Ivanova Petrova Smirnova Volkova Kuznetsova Popova Sokolova Lebedeva Kozlova Novikova Morozova Orlova Belova",
    "KOR": "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Shin Seo Kwon Hwang Ahn Song Ryu Hong",
    "IND": "Sharma Singh Kumar Patel Gupta Reddy Nair Iyer Das Mehta Joshi Rao Verma Khan Bose",
    "BRA": "Silva Souza Oliveira Tanaka Pereira Lima Sato Yamamoto Costa Ferreira Almeida Ribeiro",
    "MYS": "Tan Lim Lee Abdullah Rahman Ismail Ng Wong Chong Ahmad Hassan Yusof",
    "COL": "Rodriguez Gomez Lopez Martinez Gonzalez Ramirez Torres Diaz Vargas Rojas",
}
_GIVEN = {
    "CHN": "Wei Fang Jun Hui Min Jing Lei Yan Li Na Xiaohong Xiaoli Jie Tao Ming Chao Xiuying Ping Gang Yong Qiang Juan Xia Bo "
    "Yulan Meiling Haiyan Zhiqiang Jianguo Lihua Dandan Tingting Xue",
    "THA": "Somchai Somying Malee Anong Krit Nok Ploy Siriporn Wanida Supaporn Narong Prasert Kanya Ratana Chai Niran Pim Orn "
    "Wilai Sunee Thida Arun",
    "PHL": "Maria Ana Mark Jose Grace Jennifer Rowena Lorna Michael John Christine Liza Marites Rosalie Angelo Rodel Jocelyn "
    "Cherry Arnel Melanie Edwin Divina Aileen",
    "IDN": "Putri Agus Dewi Budi Siti Sri Eko Rina Wati Joko Ratna Indah Yanti Ahmad Nur Fitri Slamet Ayu",
    "VNM": "Hoa Minh Thu Đức Lan Hương Mai Tuấn Hùng Linh Ngọc Thảo Dũng Yến Trang Nam Phương Hải Quang",
    "RUS": "Olga Irina Elena Anna Natalia Svetlana Tatiana Ekaterina Maria Yulia Dmitri Sergei Alexei Viktor",
    "KOR": "Minji Jiyoung Soojin Eunji Hyun Sungmin Jihye Kyung Mina Youngho Junho Eunhee Sunhee Jaewon Hana",
    "IND": "Priya Rahul Amit Sunita Anil Deepa Ravi Neha Sanjay Pooja Vijay Kavita Arjun Meena",
    "BRA": "Ana Carlos Juliana Marcelo Patricia Rafael Fernanda Lucas Camila Paulo Marcia Eduardo",
    "MYS": "Wei Aminah Farid Mei Siti Hafiz Ling Kamal Nurul Azman Jia Razak",
    "COL": "Sandra Paola Carlos Diana Andres Luz Claudia Jorge Marcela Yolanda Milena",
}
_LIKE = {"UKR": "RUS", "MMR": "THA", "NPL": "IND", "KHM": "THA", "TWN": "CHN", "USA": "COL", "GBR": "COL",
         "AUS": "COL"}  # fmt: skip
_POOL_OF = {code: code for code in _FAMILY} | _LIKE
_JAPANESE_FAMILY = (
    "佐藤:Sato 鈴木:Suzuki 高橋:Takahashi 田中:Tanaka 渡辺:Watanabe 伊藤:Ito 山本:Yamamoto 中村:Nakamura 小林:Kobayashi 加藤:Kato "
    "吉田:Yoshida 山田:Yamada 佐々木:Sasaki 山口:Yamaguchi 松本:Matsumoto 井上:Inoue 木村:Kimura 林:Hayashi 清水:Shimizu 森:Mori "
    "池田:Ikeda 橋本:Hashimoto 阿部:Abe 石川:Ishikawa 石井:Ishii 小川:Ogawa 岡田:Okada 後藤:Goto 長谷川:Hasegawa 村上:Murakami "
    "近藤:Kondo 石田:Ishida 坂本:Sakamoto 遠藤:Endo 青木:Aoki 藤井:Fujii 西村:Nishimura 福田:Fukuda 太田:Ota 三浦:Miura "
    "藤原:Fujiwara 岡本:Okamoto 松田:Matsuda 中島:Nakajima 中川:Nakagawa 原田:Harada 小野:Ono 田村:Tamura 竹内:Takeuchi "
    "金子:Kaneko 和田:Wada 中山:Nakayama 石原:Ishihara 上田:Ueda 森田:Morita 柴田:Shibata 酒井:Sakai 工藤:Kudo 横山:Yokoyama "
    "宮崎:Miyazaki 内田:Uchida 高木:Takagi 安藤:Ando 谷口:Taniguchi 丸山:Maruyama 今井:Imai"
)
JAPANESE_FAMILY = tuple(pair.split(":") for pair in _JAPANESE_FAMILY.split())
_JAPANESE_GIVEN = (
    "浩:Hiroshi 健一:Kenichi 誠:Makoto 直樹:Naoki 洋子:Yoko 恵子:Keiko 明:Akira 隆:Takashi 博:Hiroshi 茂:Shigeru 進:Susumu "
    "清:Kiyoshi 正:Tadashi 修:Osamu 健:Ken 豊:Yutaka 剛:Tsuyoshi 久美子:Kumiko 由美子:Yumiko 和子:Kazuko 幸子:Sachiko 美穂:Miho "
    "真由美:Mayumi 智子:Tomoko 裕子:Yuko 陽子:Yoko 京子:Kyoko 正樹:Masaki 和也:Kazuya 大輔:Daisuke 健太:Kenta 拓也:Takuya "
    "達也:Tatsuya 哲也:Tetsuya 英樹:Hideki 雅彦:Masahiko 和彦:Kazuhiko 浩二:Koji 武:Takeshi 稔:Minoru 薫:Kaoru 千恵子:Chieko "
    "節子:Setsuko 典子:Noriko 直美:Naomi 美香:Mika 絵美:Emi 翔太:Shota 和夫:Kazuo 幸雄:Yukio 義雄:Yoshio 昭:Akira 弘:Hiroshi"
)
JAPANESE_GIVEN = tuple(pair.split(":") for pair in _JAPANESE_GIVEN.split())


def _pool(source: dict[str, str], code: str) -> list[str]:
    return source[_POOL_OF[code]].split()


FAMILY_POOLS = {code: _pool(_FAMILY, code) for code in _POOL_OF}
GIVEN_POOLS = {code: _pool(_GIVEN, code) for code in _POOL_OF}


def spell_travellers(rng: np.random.Generator, codes: Objects, family: Ints, given: Ints) -> tuple[Objects, Objects]:
    """Write travellers' names as passports and forms have them: capitals or not, two given names or one, slips.

    Parameters
    ----------
    family, given
        Keys of the names; the same key is the same name.
    """
    first = choice(given, 11, 1_000_003).tolist()
    second = np.where(choice(given, 12, 10) < 4, choice(given, 13, 1_000_003), NONE).tolist()
    last = choice(family, 14, 1_000_003).tolist()
    style = rng.integers(0, 12, len(family)).tolist()
    families, givens = [], []
    for code, a, b, c, form in zip(codes.tolist(), last, first, second, style, strict=True):
        pool, names = FAMILY_POOLS[code], GIVEN_POOLS[code]
        surname = pool[a % len(pool)]
        name = names[b % len(names)] if c == NONE else f"{names[b % len(names)]} {names[c % len(names)]}"
        if form < 5:
            surname, name = surname.upper(), name.upper()
        elif form == 5:
            name = name.replace(" ", "-")
        families.append(surname)
        givens.append(name)
    return np.array(families, dtype=object), np.array(givens, dtype=object)


def sponsor_names(rng: np.random.Generator, keys: Ints) -> Objects:
    """Write the names of people in Japan, in characters or Latin letters, either order; null where there is nobody."""
    family, given = choice(keys, 21, len(JAPANESE_FAMILY)).tolist(), choice(keys, 22, len(JAPANESE_GIVEN)).tolist()
    style = rng.integers(0, 6, len(keys)).tolist()
    out: list[str | None] = []
    for key, a, b, form in zip(keys.tolist(), family, given, style, strict=True):
        if key == NONE:
            out.append(None)
            continue
        script = 0 if form < 3 else 1
        last, first = JAPANESE_FAMILY[a][script], JAPANESE_GIVEN[b][script]
        out.append(
            f"{last} {first}" if form in {0, 1, 3} else f"{last}　{first}" if form == 2 else f"{first} {last.upper()}"
        )
    return np.array(out, dtype=object)


def sponsor_birth(keys: Ints) -> Ints:
    """Return int64[n]: birth dates of people in Japan as days, -1 where there is nobody; ages 24 to 72 in 2008."""
    days = 13_880 - 24 * 365 - choice(keys, 23, 48 * 365)
    return np.where(keys == NONE, NONE, np.where(days == NONE, 1, days))
