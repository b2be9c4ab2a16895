// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FilingRegistry} from "../src/FilingRegistry.sol";
import {IFilingRegistry} from "../src/IFilingRegistry.sol";
import {Test} from "./Cheats.sol";

/// @title FilingRegistry
/// Tree of cases:
///   lodge: names the filing; refuses no digest, no court, a second time
///   answer: by the court, once, with a known decision; refuses the filer, strangers, unknown filings,
///     unknown decisions, a second answer
contract FilingRegistryTest is Test {
    address private constant COURT = address(0xc0);
    bytes32 private constant DIGEST = bytes32(uint256(0xd16e57));

    FilingRegistry private immutable _registry = new FilingRegistry();

    function test_LodgingNamesTheFilingAndSaysSo() external {
        bytes32 expected = keccak256(
            abi.encode(
                "proofdocket/filing/v1", DIGEST, COURT, address(this), block.chainid, address(_registry)
            )
        );
        vm.expectEmit(true, true, true, true, address(_registry));
        emit IFilingRegistry.Lodged(expected, address(this), COURT, DIGEST);
        assertEq(_registry.lodge(DIGEST, COURT), expected, "another name");
        (bytes32 digest, address filer, address court, uint8 decision, bytes32 detail) =
            _registry.filing(expected);
        assertEq(digest, DIGEST, "another digest");
        assertEq(filer, address(this), "another filer");
        assertEq(court, COURT, "another court");
        assertEq(decision, 0, "answered before the court did");
        assertEq(detail, bytes32(0), "reasons before an answer");
    }

    function test_NoDigestNoCourtAndASecondTimeAreRefused() external {
        vm.expectRevert(abi.encodeWithSelector(IFilingRegistry.ZeroDigest.selector));
        _registry.lodge(bytes32(0), COURT);
        vm.expectRevert(abi.encodeWithSelector(IFilingRegistry.ZeroCourt.selector));
        _registry.lodge(DIGEST, address(0));
        bytes32 id = _registry.lodge(DIGEST, COURT);
        vm.expectRevert(abi.encodeWithSelector(IFilingRegistry.AlreadyLodged.selector, id));
        _registry.lodge(DIGEST, COURT);
    }

    function testFuzz_OnlyTheCourtAnswers(address stranger) external {
        vm.assume(stranger != COURT);
        bytes32 id = _registry.lodge(DIGEST, COURT);
        vm.expectRevert(abi.encodeWithSelector(IFilingRegistry.NotCourt.selector, id, stranger, COURT));
        vm.prank(stranger);
        _registry.answer(id, 1, bytes32(0));
    }

    function testFuzz_TheCourtAnswersOnceWithAKnownDecision(uint8 decision, bytes32 detail, uint8 again) external {
        bytes32 id = _registry.lodge(DIGEST, COURT);
        if (decision == 0 || decision > 3) {
            vm.expectRevert(abi.encodeWithSelector(IFilingRegistry.InvalidDecision.selector, decision));
            vm.prank(COURT);
            _registry.answer(id, decision, detail);
            return;
        }
        vm.expectEmit(true, true, true, true, address(_registry));
        emit IFilingRegistry.Answered(id, COURT, decision, detail);
        vm.prank(COURT);
        _registry.answer(id, decision, detail);
        (,,, uint8 standing, bytes32 reasons) = _registry.filing(id);
        assertEq(standing, decision, "another decision");
        assertEq(reasons, detail, "other reasons");
        uint8 second = uint8(bound(again, 1, 3));
        vm.expectRevert(abi.encodeWithSelector(IFilingRegistry.AlreadyAnswered.selector, id, decision));
        vm.prank(COURT);
        _registry.answer(id, second, detail);
    }

    function test_EveryKnownDecisionCanBeGiven() external {
        for (uint8 decision = 1; decision <= 3; ++decision) {
            bytes32 id = _registry.lodge(bytes32(uint256(decision)), COURT);
            vm.prank(COURT);
            _registry.answer(id, decision, bytes32(0));
            (,,, uint8 standing,) = _registry.filing(id);
            assertEq(standing, decision, "another decision");
        }
    }

    function testFuzz_AnUnknownFilingIsRefused(bytes32 id) external {
        vm.expectRevert(abi.encodeWithSelector(IFilingRegistry.UnknownFiling.selector, id));
        vm.prank(COURT);
        _registry.answer(id, 1, bytes32(0));
    }
}
