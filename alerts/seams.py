"""Words that also stand where two others meet, as 收视 in 代收视同送达: where such a place is none of theirs. Pure.

A short word of an exclusion that is met at a seam would hold a true text back, one of a match would raise a false one.
The longer words around it tell: what ends with its first character, and begins with its last, beside it.
"""

from __future__ import annotations

import re
from typing import Final

_BACK: Final = ("回国", "回县", "回村", "回乡", "回家", "回来", "回到")
# What ends with 发 and is no sending back: one sets out, issues, hands out, dismisses.
_ISSUED: Final = "出签核颁下印分补派散打遣转开制群张"
_NAMED: Final = "猪瘟|马瘟|流感|脑炎|白蛾|鲫鱼|牧羊犬|野兔|象龟|地鼠|龙虾|刺参|紫荆|对虾|一枝黄花"
_NAMESAKES: Final = ("非洲", "西班牙", "日本", "美国", "德国", "法国", "荷兰", "巴西", "加拿大", "缅甸", "泰国", "澳洲")

# What each word is no word beside: the characters before it, and those behind it (either is enough).
_BESIDE: Final = {
    # Words of films, books and poems: 代收视同, 领导演讲, 照片场景, 诱杀青年, 检察院线索, 主观影响, 文书评查.
    "收视": ("", "频同为情察线作角"),
    "导演": ("指领辅引督疏劝", "练习算变"),
    "主演": ("自民", "练习变讲"),
    "片场": ("照图鸦", "景面地合所次"),
    "杀青": ("", "年少"),
    "院线": ("察法医学", "索上下路"),
    "观影": ("主客旁宏微", "响像"),
    "手游": ("携联", "客说行街走"),
    "网剧": ("", "增烈变减痛"),
    "原著": ("", "名"),
    "书评": ("证文", "查选定审估级优"),
    "家书": ("农国专作画大名独皇", "屋店画法架籍房香报目城刊单"),
    "散文": ("分解", "化件物"),
    "道具": ("频渠", "体有备"),
    "失主": ("", "要动"),
    # Words of work and of trade: 恢复工作, 本人才能, 人员工作, 同行李某, 执行程序, 公路演练, 尽快递交, 租客户籍.
    "复工": ("恢修答批康", "作资单艺"),
    "人才": ("个本家", "可会须"),
    "员工": ("人动成党队", "作"),
    "行李": ("执同", "某"),
    "行程": ("执进", "序"),
    "路演": ("公", "练习"),
    "快递": ("赶加尽", "交"),
    # 客户端 (an app) is no customer.
    "客户": ("租旅房", "籍口端"),
    "用户": ("", "籍口主"),
    "会员": ("", "工"),
    "物流": ("", "动窜"),
    "通关": ("", "键注系于爱心"),
    "律所": ("法", ""),
    # 包机票: no plane is chartered.
    "包机": ("", "票床器械构型酒"),
    "续缴": ("继手连", ""),
    # 三天网上填写, 今天网络预约.
    "天网": ("航今明昨后前当每整几数一二两三四五六七八九十春夏秋冬雨晴", "上络购课页站点友银办"),
    # Words of embassies and of other states: 率领保安, 联合国内警方, 思维和方法, 境外长期滞留.
    "领保": ("带率认占", "安卫证管护持障"),
    "联合国": ("", "内境际家有资"),
    "维和": ("思运", ""),
    "外长": ("境国海对", "期久住达"),
    "外省": ("境国海", ""),
    "国籍": ("中", ""),
    "公派": ("", "出"),
    "年会": ("今明每去来近", "同议"),
    "选手": ("", "机段"),
    # Words of nature, traffic and health: 发放生活费, 清除治安隐患, 指标本月清零, 重大风险, 柜台风险, 打防控, 占比中.
    "物种": ("作", "植"),
    "放生": ("发下释开投排", "活产效态"),
    "除治": ("", "安理"),
    "标本": ("指目", "月周年季级镇村县"),
    "大风": ("", "险"),
    "台风": ("", "险"),
    "防控": ("打管险诈", "体"),
    "比中": ("评占对排", ""),
    "下水": ("地", ""),
    # What is built for households, no works in a street: 危房改造名额.
    "改造": ("房厕", ""),
    # Places that are called so: 大桥镇, 下河村.
    "大桥": ("", "镇乡村派社街"),
    "下河": ("", "镇乡村派社街"),
    "学位": ("大", "于"),
    "学成": ("大", "立员"),
}


def _pattern(word: str, before: str, behind: str) -> re.Pattern[str]:
    ways = [f"(?<=[{before}]){word}"] if before else []
    ways += [f"{word}(?=[{behind}])"] if behind else []
    return re.compile("|".join(ways))


SEAMS: Final = {word: _pattern(word, *beside) for word, beside in _BESIDE.items()} | {
    # 海外公民, 境外公司, 对外公布 name no grandfather (对外公施压 does), 华侨警觉 no police for emigrants.
    "外公": re.compile("(?<=[海境国对涉驻此另以之户室省市县])外公(?=[民司安布开告示报共众职务办约益证寓园交])"),
    "侨警": re.compile("(?<=[华归眷旅涉])侨警(?=[觉惕醒示告戒钟])"),
    # 劝投基金, 劝投反对票 ask for money and votes; 劝投, 劝投案 for a surrender.
    "劝投": re.compile("劝投(?=[所保资票稿递入理基股标注放诉产币彩项靠篮射影虚反赞简])"),
    # An office of 出入境, but who crossed illegally (非法出入境); what is sent back (发回县公安局, 汇回国内); 去年,
    # 失去, and where somebody is (去向).
    "入境": re.compile("(?<=出)(?<!非法出)(?<!私自出)(?<!违规出)(?<!擅自出)入境"),
    # 下发回国通知, 签发回国旅行证, 打发回国 end with another word's 发.
    **{word: re.compile(f"(?<=[发寄汇驳])(?<![{_ISSUED}]发){word}") for word in _BACK},
    # 非洲猪瘟, 西班牙流感, 日本脑炎, 美国白蛾 name diseases, beasts and plants, no place.
    **{word: re.compile(f"{word}(?={_NAMED})") for word in _NAMESAKES},
    "去": re.compile("(?<=[过失除免减撤省略删抹辞逝])去|去(?=[年世除掉留重污脂职]|向(?![公警派司检组]))"),
}
"""By word: what matches a text at a place where the word seems to stand and does not."""
