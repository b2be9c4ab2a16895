"""处置: papers served to a party for reading, and what the party says in answer. Ground: 个人信息保护法 45 to 50."""

from __future__ import annotations

from evidence_service.core.catalogue.schema import EventType, Stage, event_type

S = Stage.DISPOSAL
WHOM = "our_reference:text! recipient:text! package_digest:digest! invitation:text!"
TYPES: tuple[EventType, ...] = (
    event_type(
        S,
        "statement.offered",
        "向当事人提供案件查阅页",
        "Case page offered to a party",
        "which papers a party was invited to read, until when",
        "个人信息保护法 45",
        f"{WHOM} expires_at:instant! openings:integer!",
    ),
    event_type(
        S,
        "statement.opened",
        "当事人打开案件查阅页",
        "Case page opened by a party",
        "somebody with the party's link and code opened these papers at that time",
        "民法典 137；个人信息保护法 45",
        f"{WHOM} opening:integer!",
    ),
    event_type(
        S,
        "statement.withdrawn",
        "撤回案件查阅页",
        "Case page withdrawn",
        "from when on the papers could not be opened any more",
        "个人信息保护法 47",
        f"{WHOM} reason:text!",
    ),
    event_type(
        S,
        "objection.raised",
        "当事人对欠款或证据提出异议",
        "Objection raised by a party",
        "what the party contests, in its own words, on which day",
        "民事诉讼法 71、128；个人信息保护法 46",
        f"{WHOM} ground:text! items:texts text:text*!",
    ),
    event_type(
        S,
        "instalments.proposed",
        "当事人提出分期还款方案",
        "Instalments proposed by a party",
        "which plan the party offers; whether that acknowledges the debt is for a court",
        "诉讼时效规定 14；民诉法解释 107",
        f"{WHOM} instalments:integer! amount:amount! currency:currency! first_due:date! text:text*",
    ),
    event_type(
        S,
        "statement.answered",
        "答复当事人",
        "Party answered",
        "the institution decided on what a party said, and told it",
        "个人信息保护法 50",
        "our_reference:text! recipient:text! answers:text! result:text! text:text*!",
    ),
)
