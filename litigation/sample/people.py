"""The fictional borrowers: names (common, rare, and long with a dot), addresses, work, numbers.

Every rare character is in the 通用规范汉字表 (2013) and in Noto Serif SC; a test holds that. Places do not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from litigation.sample.identity import id_number, phone_number

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_GIVEN = (
    "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂英 玉兰 建国 志强 秀英 子涵 欣怡 梓轩 浩然 雨桐 "
    "思远 嘉怡 俊杰 晓东 海燕 文博 佳琪 国栋 春梅 立新 红梅 家豪 雅婷 天宇 诗涵 宇航 振华 美玲 少华 永康 "
    "明轩 若曦 景行 书瑶 承志 望舒 清扬 知远 沐阳 予安"
).split()
_RARE_NAMES = (
    "侯英𬱖 于䶮 章㛃 杨赟 罗龘 陈㭎 林𬭎 周𬀩 沈翀 石骉 方垚 顾曌 韩彧 许祎 钱堃 卢𫖯 江𬍛 "
    "唐𬘡 宋𬤝 汪㵐 吴𬸚 赵㙘 曹犇 叶旻 邱昶"
).split()
_MINORITY_NAMES = (
    ("阿卜杜热合曼·买买提艾力", "维吾尔族", "男"),
    ("迪丽努尔·阿布都克里木江", "维吾尔族", "女"),
    ("古丽巴哈尔·图尔逊尼亚孜", "维吾尔族", "女"),
    ("巴图孟克·额尔德尼朝克图", "蒙古族", "男"),
    ("叶尔江·哈布力别克", "哈萨克族", "男"),
    ("次仁旺堆·洛桑平措", "藏族", "男"),
    ("阿依古丽·吐尔逊江·依明", "维吾尔族", "女"),
)
_PLACES = (
    ("样例省云汀市示范区", 101),
    ("样例省云汀市青禾区", 102),
    ("样例省澄湖市枫桥区", 201),
    ("样例省澄湖市南屏县", 221),
    ("示例省岚山市雨花新区", 301),
    ("示例省岚山市清源县", 321),
    ("虚构自治区白桦市牧歌旗", 401),
)
_STREETS = ("云栖路", "听涛街", "长亭巷", "文昌大道", "望江路", "梧桐里", "海棠街", "新月路")
_ESTATES = ("锦绣花园", "碧水湾", "向阳小区", "书香门第", "青年公寓", "和平里")
_EMPLOYERS = (
    "云汀市晨光食品有限公司（虚构）",
    "澄湖市远帆物流有限公司（虚构）",
    "样例省第九建筑工程队（虚构）",
    "岚山市明德中学（虚构）",
    "云汀市惠民超市连锁有限公司（虚构）",
    "个体经营",
)
_JOBS = ("职员", "驾驶员", "教师", "店长", "技术员", "销售", "仓库管理员", "厨师")
_LONG_ADDRESS = (
    "虚构自治区白桦市牧歌旗额尔敦宝力格苏木巴彦乌拉嘎查第七生产合作社牧民集中安置点三期工程东侧"
    "原白桦市第二毛纺织厂职工家属院内北排平房自西向东数第十一户（门前有水井一口、老榆树两棵）"
)


@dataclass(frozen=True, slots=True)
class Borrower:
    """A fictional natural person. An empty employer is one that the applicant did not give."""

    subject: str
    name: str
    gender: str
    birth_date: date
    ethnicity: str
    id_no: str
    phone: str
    email: str
    household_address: str
    residence_address: str
    employer: str
    job_title: str
    monthly_income: int
    bank_card: str


def borrower(index: int, rng: Random) -> Borrower:
    """Invent the borrower of loan number `index` (from 1). One in twelve has a rare name, one in forty a long one."""
    name, ethnicity, gender = _name(index, rng)
    place, region = _PLACES[rng.randrange(len(_PLACES))]
    born = date(rng.randint(1966, 2003), rng.randint(1, 12), rng.randint(1, 28))
    sequence = rng.randrange(1, 500) * 2 - (1 if gender == "男" else 0)
    household = _address(place, rng)
    residence = household if rng.random() < 0.6 else _address(_PLACES[rng.randrange(len(_PLACES))][0], rng)
    if index % 37 == 5:
        residence = _LONG_ADDRESS
    has_employer = index % 11 != 4
    return Borrower(
        subject=f"borrower:B{index:06d}",
        name=name,
        gender=gender,
        birth_date=born,
        ethnicity=ethnicity,
        id_no=id_number(region, born, sequence),
        phone=phone_number(index * 7 + 1000),
        email=f"b{index:06d}@example.com",
        household_address=household,
        residence_address=residence,
        employer=_EMPLOYERS[rng.randrange(len(_EMPLOYERS))] if has_employer else "",
        job_title=_JOBS[rng.randrange(len(_JOBS))] if has_employer else "",
        monthly_income=rng.randint(40, 220) * 100,
        bank_card=f"6299********{rng.randrange(10_000):04d}",
    )


def all_name_characters() -> set[str]:
    """Every character that a name, place or employer may hold (for the glyph test)."""
    texts = [_SURNAMES, *_GIVEN, *_RARE_NAMES, *(name for name, _, _ in _MINORITY_NAMES)]
    texts += [*(place for place, _ in _PLACES), *_STREETS, *_ESTATES, *_EMPLOYERS, *_JOBS, _LONG_ADDRESS]
    return set("".join(texts))


def _name(index: int, rng: Random) -> tuple[str, str, str]:
    gender = rng.choice("男女")
    if index % 40 == 3:
        return _MINORITY_NAMES[index // 40 % len(_MINORITY_NAMES)]
    if index % 12 == 7:
        return _RARE_NAMES[index // 12 % len(_RARE_NAMES)], "汉族", gender
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN), "汉族", gender


def _address(place: str, rng: Random) -> str:
    street = rng.choice(_STREETS)
    number, building, flat = rng.randint(1, 399), rng.randint(1, 30), rng.randint(1, 33)
    return f"{place}{street}{number}号{rng.choice(_ESTATES)}{building}幢{flat}0{rng.randint(1, 4)}室"
