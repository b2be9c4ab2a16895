# ruff: noqa: E501 -- rows stand here as their sources write them
"""The shipped profiles on rows typed from their sources (the whole files are read in test_shared_data)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evidence_service.core.event import event_from
from evidence_service.importing import load_profile, read_events
from tests.evidence_service.importing.files import accepted, rejected, written

BPIC12 = """case_id,event_idx,activity,lifecycle,resource,timestamp,amount_req,reg_date
173688,0,A_SUBMITTED,COMPLETE,112,2011-10-01T00:38:44.546+02:00,20000,2011-10-01T00:38:44.546+02:00
173694,50,W_Valideren aanvraag,SCHEDULE,11049,2011-11-02T09:15:16.386+01:00,7000,2011-10-01T08:10:30.287+02:00
173694,54,A_APPROVED,COMPLETE,10609,2011-11-04T16:04:52.612+01:00,7000,2011-10-01T08:10:30.287+02:00
173694,58,W_Wijzigen contractgegevens,SCHEDULE,,2012-02-15T12:29:26.299+01:00,7000,2011-10-01T08:10:30.287+02:00
"""
RTFM = """case_id,event_idx,activity,resource,timestamp,amount,expense,paymentAmount,totalPaymentAmount,points,article,vehicleClass,dismissal,notificationType,lastSent,matricola
A1,0,Create Fine,561,2006-07-24T00:00:00+02:00,35.0,,,0.0,0,157,A,NIL,,,
A1,1,Send Fine,,2006-12-05T00:00:00+01:00,,11.0,,,,,,,,,
A100,2,Insert Fine Notification,,2007-01-03T00:00:00+01:00,,,,,,,,,P,P,
A10000,5,Payment,,2008-09-09T00:00:00+02:00,,,87.0,87.0,,,,,,,
"""
LOANS_HEAD = "row_id,loan_amnt,funded_amnt,funded_amnt_inv,term,int_rate,installment,grade,sub_grade,emp_length,home_ownership,annual_inc,verification_status,issue_d,loan_status,pymnt_plan,purpose,addr_state,dti,delinq_2yrs,earliest_cr_line,inq_last_6mths,mths_since_last_delinq,mths_since_last_record,open_acc,pub_rec,revol_bal,revol_util,total_acc,initial_list_status,out_prncp,out_prncp_inv,total_pymnt,total_pymnt_inv,total_rec_prncp,total_rec_int,total_rec_late_fee,recoveries,collection_recovery_fee,last_pymnt_d,last_pymnt_amnt,last_credit_pull_d,collections_12_mths_ex_med,policy_code,application_type,acc_now_delinq,chargeoff_within_12_mths,delinq_amnt,pub_rec_bankruptcies,tax_liens,hardship_flag,disbursement_method,debt_settlement_flag,debt_settlement_flag_date,settlement_status,settlement_date,settlement_amount,settlement_percentage,settlement_term,issue_year\n"
PAID = "1,20000,20000,225.0,36,0.11220000000000001,656.86,C,C4,10+ years,RENT,38556.0,Not Verified,2007-12-01,Fully Paid,n,debt_consolidation,NM,14.04,0,2003-01-01,3,0,0,8,0,21777,0.537,14,f,0.0,0.0,22583.2667671403,254.07,20000.0,2583.27,0.0,0.0,0.0,2009-07-01,9417.16,2010-03-01,0,1,Individual,0,0,0,,0,N,Cash,N,,,,,,,2007\n"
CHARGED_OFF = (
    PAID.replace("1,20000", "7,20000", 1)
    .replace("Fully Paid", "Does not meet the credit policy. Status:Charged Off")
    .replace("20000.0,2583.27,0.0,0.0,0.0,2009-07-01", "15000.25,2583.27,0.0,189.06,1.4399999,", 1)
    .replace("Cash,N,,,,,,", "Cash,Y,Jun-2017,BROKEN,Jan-2015,6500.0,49.98,12", 1)
)


def events_of(folder: Path, name: str, text: str) -> list[dict[str, Any]]:
    records = list(read_events(written(folder, "t.csv", text.encode()), load_profile(name)))
    assert rejected(records) == []
    events = [record.event for record in accepted(records) if record.event is not None]
    for event in events:
        event_from(event)
    return events


def test_bpic12_rows(tmp_path: Path) -> None:
    submitted, scheduled, approved, change = events_of(tmp_path, "bpic12", BPIC12)
    assert submitted["id"] == "bpic12:173688:0"
    assert submitted["occurred_at"] == "2011-09-30T22:38:44.546Z"
    assert submitted["actor"] == {"id": "112", "role": "system", "org": "bank"}
    assert submitted["payload"]["amount_requested"] == "20000"
    assert scheduled["type"] == "validation.performed"
    assert scheduled["payload"]["result"] == "scheduled"
    assert approved["actor"]["role"] == "staff"
    assert change["actor"] == {"role": "unknown", "org": "bank"}


def test_rtfm_rows(tmp_path: Path) -> None:
    fine, sent, reached, paid = events_of(tmp_path, "rtfm", RTFM)
    assert fine["payload"]["amount"] == "35.0"
    assert fine["payload"]["points"] == 0
    assert sent["payload"]["cost"] == "11.0"
    assert reached["payload"]["reached_at"] == reached["occurred_at"] == "2007-01-02T23:00:00Z"
    assert paid["payload"]["received_on"] == "2008-09-09"
    assert paid["occurred_at"] == "2008-09-08T22:00:00Z"


def test_a_paid_lendingclub_loan_gives_issue_and_totals_only(tmp_path: Path) -> None:
    issued, paid = events_of(tmp_path, "lendingclub", LOANS_HEAD + PAID)
    assert issued["type"] == "loan.issued"
    assert issued["payload"]["annual_rate"] == "0.11220000000000001"
    assert issued["payload"]["month"] == "2007-12-01"
    assert issued["environment"] == {"withheld": "parties"}
    assert paid["type"] == "payment.summarised"
    assert paid["payload"]["total"] == "22583.2667671403"
    assert paid["occurred_at"] == "2009-07-01T00:00:00Z"
    assert paid["payload"]["attributes"]["time_basis"].startswith("month of the last payment")


def test_a_charged_off_loan_says_what_its_times_and_amounts_rest_on(tmp_path: Path) -> None:
    _, paid, off, recovered, settled = events_of(tmp_path, "lendingclub", LOANS_HEAD + CHARGED_OFF)
    assert paid["occurred_at"] == "2007-12-01T00:00:00Z"
    assert paid["payload"]["attributes"]["time_basis"] == "month of issue; the source names no payment"
    assert "last_payment_month" not in paid["payload"]
    assert off["payload"]["principal"] == "4999.75"
    assert off["payload"]["attributes"]["time_basis"].startswith("month of the last credit pull")
    assert recovered["payload"]["amount"] == "189.06"
    assert recovered["payload"]["fee"] == "1.4399999"
    assert settled["occurred_at"] == "2015-01-01T00:00:00Z"
    assert settled["payload"]["percentage"] == "0.4998"
    assert settled["payload"]["term_months"] == 12


def test_reading_twice_gives_the_same_ids(tmp_path: Path) -> None:
    first = [event["id"] for event in events_of(tmp_path, "lendingclub", LOANS_HEAD + CHARGED_OFF)]
    assert first == [event["id"] for event in events_of(tmp_path, "lendingclub", LOANS_HEAD + CHARGED_OFF)]
    assert len(set(first)) == 5


def test_one_bad_cell_rejects_all_events_of_its_row(tmp_path: Path) -> None:
    bad = LOANS_HEAD + CHARGED_OFF.replace("189.06", "NaN") + PAID
    records = list(read_events(written(tmp_path, "t.csv", bad.encode()), load_profile("lendingclub")))
    assert rejected(records) == [(2, "bad-amount")]
    assert {record.line for record in accepted(records)} == {3}


def test_bpic20_reads_its_layouts_by_the_names_that_a_file_has(tmp_path: Path) -> None:
    rest = "concept:name,org:role,time:timestamp,case:concept:name,event_idx\n"
    row = "Payment Handled,UNDEFINED,2017-01-12T17:31:22.000+01:00,declaration1,3\n"
    for amount in ("(case)_Amount", "(case)_RequestedAmount"):
        (paid,) = events_of(tmp_path, "bpic20", f"{amount},{rest}26.85,{row}")
        assert (paid["type"], paid["payload"]["amount"]) == ("loan.disbursed", "26.85")
        assert paid["payload"]["value_date"] == "2017-01-12"
        assert paid["actor"] == {"role": "system", "org": "university"}  # the source names nobody
