"""Late exhibits: nothing that the court has numbered moves; a supplement goes on where the package ended."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from evidence_service.core import container
from evidence_service.core.digest import sha256_hex
from evidence_service.core.package import PDF
from evidence_service.core.verify import verify_package
from litigation.core.disclosure_set import COURT
from litigation.core.late_exhibits import Earlier, LateExhibitError, check_earlier
from litigation.sample.portfolio import DEFAULT_AS_OF
from litigation.workflow.build_package import BuiltPackage
from litigation.workflow.earlier_packages import read_earlier
from tests.litigation.corrections.conftest import open_lender
from tests.litigation.documents import cases
from tests.litigation.documents.reading import bookmarks, flat, links, opened
from tests.litigation.documents.test_pdfa import failures
from tests.litigation.packages.conftest import House
from web.cli import main
from web.init_command import SAMPLE

RECEIPT = ("回执.png", "image/png", cases.receipt_png())
PHOTO = ("现场.jpg", "image/jpeg", cases.photo_jpeg())


@pytest.fixture(scope="module")
def late_house(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The house as others do not see it: here more happens to its loan."""
    home = tmp_path_factory.mktemp("late") / "home"
    shutil.copytree(house.lender.home, home)
    lender = open_lender(home)
    yield House(lender, house.loan, house.key)
    lender.engine.dispose()


@pytest.fixture(scope="module")
def first(unsealed: BuiltPackage) -> BuiltPackage:
    return unsealed


@pytest.fixture(scope="module")
def second(late_house: House, first: BuiltPackage) -> BuiltPackage:
    """A supplement after two more events: one would stand among the earlier exhibits, had these to be renumbered."""
    late_house.told("demand.reached", 20, {"channel": "letter"}, RECEIPT)
    return supplement(late_house, first)


@pytest.fixture(scope="module")
def third(late_house: House, first: BuiltPackage, second: BuiltPackage) -> BuiltPackage:
    late_house.told("contact.made", 21, {"channel": "visit", "result": "met"}, PHOTO, RECEIPT)
    return supplement(late_house, first, second)


def supplement(house: House, *earlier: BuiltPackage) -> BuiltPackage:
    known = tuple(read_earlier(one.content, one.our_reference, COURT) for one in earlier)
    litigation = house.lender.litigation
    return litigation.build(litigation.pin(SAMPLE, DEFAULT_AS_OF, draft=False, earlier=known), house.loan)


def exhibits(built: BuiltPackage) -> dict[int, tuple[str, int]]:
    """Number, title and page in the file of each exhibit."""
    marks = bookmarks(opened(container.read(built.content)[PDF]))
    named = [(title.removeprefix("证据 ").split("\u3000", 1), page) for title, page in marks if "证据 " in title]
    return {int(number): (title, page) for (number, title), page in named}


def test_late_exhibits_are_numbered_after_the_earlier_ones(
    first: BuiltPackage, second: BuiltPackage, third: BuiltPackage
) -> None:
    earlier = len(exhibits(first))
    assert sorted(exhibits(first)) == list(range(1, earlier + 1))
    assert {number: title for number, (title, _) in exhibits(second).items()} == {earlier + 1: "催收到达（回执.png）"}
    late = {number: title for number, (title, _) in exhibits(third).items()}
    assert list(late) == [earlier + 2]  # the receipt was offered before and keeps its number
    assert "现场.jpg" in late[earlier + 2]


def test_pages_go_on_in_print_in_labels_and_in_the_index(
    first: BuiltPackage, second: BuiltPackage, third: BuiltPackage
) -> None:
    before = first.pages
    for built in (second, third):
        pdf = opened(container.read(built.content)[PDF])
        assert int(pdf.Root.PageLabels.Nums[1].St) == before + 1
        last = before + len(pdf.pages)
        for number, sheet in enumerate(pdf.pages, before + 1):
            assert f"第{number}页共{last}页" in flat(sheet)
        cover = flat(pdf.pages[0])
        assert "补充证据材料" in cover
        for number, (title, page) in exhibits(built).items():
            assert f"证据{number}{title}{before + page}1" in cover
            assert f"证据{number}第1／1页卷内第{before + page}页" in flat(pdf.pages[page - 1])
        targets = {target for _, target in links(pdf, pdf.pages[0])}
        assert targets == {page for title, page in bookmarks(pdf) if title not in ("补充证据材料", "证据材料")}
        assert failures(container.read(built.content)[PDF], "3u") == []
        before = last


def test_a_supplement_holds_the_late_originals_and_all_proofs(late_house: House, second: BuiltPackage) -> None:
    members = container.read(second.content)
    kept = [name for name in members if name.startswith("data/originals/")]
    assert kept == [f"data/originals/{sha256_hex(RECEIPT[2])}.png"]
    report = verify_package(second.content, None, None, late_house.lender.litigation.evidence.now())
    assert all(check.state.value != "failed" for check in report.checks)


def test_the_first_package_is_still_built_byte_for_byte(
    late_house: House, first: BuiltPackage, third: BuiltPackage
) -> None:
    litigation = late_house.lender.litigation
    size = read_earlier(first.content, first.our_reference, COURT).tree_size
    source = litigation.pin(SAMPLE, DEFAULT_AS_OF, draft=False, tree_size=size)
    stored = litigation.evidence.store.events_of_loan(SAMPLE, late_house.loan)
    later = {event.type for event in stored if event.index >= size}
    assert later >= {"demand.reached", "contact.made"}
    with pytest.raises(LateExhibitError, match="nothing can be late"):
        litigation.pin(SAMPLE, DEFAULT_AS_OF, draft=False, tree_size=size, earlier=(Earlier(size, 9),))
    assert source.published.checkpoint.size == size


def test_nothing_late_another_case_and_another_order_are_refused(
    late_house: House, first: BuiltPackage, second: BuiltPackage, third: BuiltPackage
) -> None:
    late_house.told("contact.made", 22, {"channel": "phone", "result": "no answer"})
    with pytest.raises(LateExhibitError, match="nothing is late"):
        supplement(late_house, first, second, third)
    with pytest.raises(LateExhibitError, match="order"):
        check_earlier([Earlier(5, 10), Earlier(4, 12)], 9)
    with pytest.raises(LateExhibitError, match="order"):
        check_earlier([Earlier(4, 10), Earlier(5, 10)], 9)
    for reference, recipient in (("another:loan", COURT), (first.our_reference, "mediator")):
        with pytest.raises(LateExhibitError, match="not"):
            read_earlier(first.content, reference, recipient)
    with pytest.raises(LateExhibitError, match="cannot be read"):
        read_earlier(first.content[:-1], first.our_reference, COURT)


def test_the_command_builds_a_supplement_under_its_own_name(
    late_house: House, first: BuiltPackage, third: BuiltPackage, tmp_path: Path
) -> None:
    (tmp_path / "first.zip").write_bytes(first.content)
    arguments = [
        "bundle",
        "--loan",
        late_house.loan,
        "--as-of",
        DEFAULT_AS_OF.isoformat(),
        "--out",
        str(tmp_path / "out"),
    ]
    arguments += ["--late", str(tmp_path / "first.zip"), "--seal", "--workers", "1"]
    answer = CliRunner().invoke(main, ["--home", str(late_house.lender.home), *arguments])
    assert answer.exit_code == 0, answer.output
    (made,) = (tmp_path / "out").glob("*.zip")
    assert made.name.endswith("-late-1.zip")
    both = replace(first, content=made.read_bytes())
    assert len(exhibits(both)) == 2
    refused = CliRunner().invoke(main, ["--home", str(late_house.lender.home), "bundle", "--overdue", *arguments[3:]])
    assert refused.exit_code == 2
    assert "--late goes with one --loan" in refused.output
