"""放款: approval, disclosure, notice, signature, disbursement. Ground: 民法典 670, 电子签名法 13, 通则解释 10."""

from __future__ import annotations

from evidence_service.core.catalogue.schema import EventType, Stage, event_type

S = Stage.LENDING
# Who else is bound, as the blocks of the complaint ask for a natural person and for a legal person.
PARTY = (
    "party_kind:text! name:text*& gender:text*& birth_date:date*& ethnicity:text*& employer:text*& job_title:text*& "
    "phone:text*& household_address:text*& residence_address:text*& id_type:text*& id_no:text*& credit_code:text "
    "address:text registered_address:text representative:text*& representative_title:text legal_form:text "
    "ownership:text "
)
TYPES: tuple[EventType, ...] = (
    event_type(
        S,
        "validation.performed",
        "贷前审核",
        "Application validated",
        "the file was examined before the decision",
        "个人贷款管理办法",
        "result:text",
    ),
    event_type(
        S,
        "approval.granted",
        "审批通过",
        "Approval granted",
        "authority for the loan; who decided",
        "商业银行法 35（审贷分离）",
        "amount:amount annual_rate:rate term_months:integer grade:text human_review:boolean opinion:text",
    ),
    event_type(
        S,
        "cost.disclosed",
        "综合融资成本明示",
        "All-in cost disclosed",
        "the cost was shown before signature",
        "金规〔2026〕2号；中国人民银行公告〔2021〕第3号",
        "annualised:rate! items:texts dwell_seconds:integer confirmed:boolean!",
    ),
    event_type(
        S,
        "clause.notified",
        "格式条款提示说明",
        "Key clauses notified and explained",
        "format clauses became part of the contract",
        "合同编通则解释 10",
        "clauses:texts! method:text! dwell_seconds:integer confirmed:boolean!",
    ),
    event_type(
        S,
        "contract.signed",
        "签订借款合同",
        "Loan contract signed",
        "the contract and its terms",
        "电子签名法 13、14",
        "contract_name:text! contract_no:text! lender:text! borrower:text*! sign_place:text principal:amount! "
        "currency:currency! annual_rate:rate! penalty_rate:rate! compound:boolean! day_count:integer! "
        "term_months:integer! repayment:text! term_start:date! term_end:date! clauses:map! clause_texts:map "
        "ca:text certificate_serial:text sign_method:text service_address:text* e_service:boolean "
        "guarantor:text*& guarantor_id_no:text*&",
    ),
    event_type(
        S,
        "coborrower.joined",
        "共同借款人签约",
        "Co-borrower joined",
        "who owes the loan together with the borrower",
        "民法典 518、552",
        PARTY + "contract_no:text liability:text",
    ),
    event_type(
        S,
        "guarantee.signed",
        "签订保证合同",
        "Guarantee signed",
        "who guarantees the debt, in which manner",
        "民法典 681、685 至 688",
        PARTY + "contract_name:text contract_no:text mode:text! scope:text maximum:amount",
    ),
    event_type(
        S,
        "security.granted",
        "设立物的担保",
        "Mortgage or pledge granted",
        "what secures the debt, and whether it is registered",
        "民法典 400、402、427、429、441",
        PARTY + "contract_name:text contract_no:text kind:text! thing:text*& maximum:boolean! determined_on:date "
        "limit:amount registration:text registered_on:date certificate_no:text",
    ),
    event_type(
        S,
        "third_party.named",
        "列明第三人",
        "Third party named",
        "who has a stake in the outcome without being sued",
        "民事诉讼法 59",
        PARTY + "reason:text!",
    ),
    event_type(
        S,
        "contract.registered",
        "合同登记",
        "Contract registered",
        "the contract entered the books",
        "会计法",
        "reference:text",
    ),
    event_type(
        S,
        "contract.activated",
        "合同生效启用",
        "Contract activated",
        "the contract took effect",
        "民法典 502",
        "reference:text",
    ),
    event_type(
        S,
        "loan.disbursed",
        "发放贷款",
        "Loan disbursed",
        "the money arrived: how much, when, to whom",
        "民法典 670、671",
        "amount:amount! currency:currency! value_date:date! account:text* receipt_no:text bank:text payee:text*",
    ),
    event_type(
        S,
        "loan.issued",
        "贷款发放（月度汇总）",
        "Loan issued (month known, day not)",
        "a loan came into being in that month",
        "民法典 670",
        "amount:amount! currency:currency! month:date! annual_rate:rate term_months:integer instalment:amount "
        "grade:text sub_grade:text purpose:text status:text",
    ),
    event_type(
        S,
        "schedule.set",
        "还款计划",
        "Repayment schedule set",
        "what was due when",
        "民法典 674、675",
        "instalments:integer! first_due:date! last_due:date! instalment_amount:amount! schedule_digest:digest",
    ),
)
