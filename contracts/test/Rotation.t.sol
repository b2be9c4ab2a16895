// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EvidenceAnchor} from "../src/EvidenceAnchor.sol";
import {IEvidenceAnchor} from "../src/IEvidenceAnchor.sol";
import {IWitnessQuorum} from "../src/IWitnessQuorum.sol";
import {Test} from "./Cheats.sol";
import {Tree} from "./Tree.sol";
import {Witnesses} from "./Witnesses.sol";

/// @title Rotation and succession
/// Tree of cases:
///   submitter: k witnesses name another, anybody sends it; the old one is out, the name stays; refuses fewer, a
///     replay, the zero address, a log without witnesses
///   witnesses: k of the present ones name others; the old ones are out
///   successor: takes over head and witnesses, must extend the head; the ended log takes nothing more; refuses a log
///     in use, itself, an ended one, a stranger's consent, fewer than k; without witnesses the submitter decides
contract RotationTest is Test {
    bytes private constant KEY = hex"0101010101010101010101010101010101010101010101010101010101010101";
    bytes private constant NEW_KEY = hex"0202020202020202020202020202020202020202020202020202020202020202";
    bytes32 private constant SEED = bytes32(uint256(7));
    address private constant FRESH = address(0xf4e5);
    uint8 private constant K = 2;

    EvidenceAnchor private immutable _anchor = new EvidenceAnchor();
    uint256[] private _keys;
    bytes32 private _log;

    function setUp() external {
        _keys = Witnesses.keys(1, 3);
        _log = _anchor.register("rotated.example/log", KEY);
        _anchor.enrolWitnesses(_log, Witnesses.addresses(_keys), K);
        _grow(_log, 0, 5);
    }

    function test_AQuorumGivesALogAnotherSubmitterAndLeavesATrace() external {
        bytes[] memory made = Witnesses.sign(_keys, 1, 2, _submitter(FRESH, 0));
        address[] memory signers = new address[](2);
        (signers[0], signers[1]) = (vm.addr(_keys[1]), vm.addr(_keys[2]));
        vm.expectEmit(true, true, true, true, address(_anchor));
        emit IWitnessQuorum.SubmitterRotated(_log, address(this), FRESH, 0, signers);
        vm.prank(address(0xa11ce));
        _anchor.rotateSubmitter(_log, FRESH, made);
        assertEq(_anchor.submitterOf(_log), FRESH, "another submitter");
        assertEq(_anchor.registrantOf(_log), address(this), "the name binds the registrant");
        assertEq(_anchor.epochOf(_log), 1, "another epoch");
        assertEq(_anchor.logIdOf("rotated.example/log", KEY, address(this)), _log, "the name changed");
    }

    function test_TheOldSubmitterIsOutAndTheNewOneAnchors() external {
        _anchor.rotateSubmitter(_log, FRESH, Witnesses.sign(_keys, 0, 2, _submitter(FRESH, 0)));
        bytes32 root = Tree.root(SEED, 9);
        bytes32[] memory proof = Tree.consistency(SEED, 5, 9);
        bytes[] memory made = Witnesses.sign(_keys, 0, 2, _checkpoint(_log, 9));
        vm.expectRevert(
            abi.encodeWithSelector(IEvidenceAnchor.NotSubmitter.selector, _log, address(this), FRESH)
        );
        _anchor.anchorAttested(_log, 9, root, proof, made);
        vm.prank(FRESH);
        _anchor.anchorAttested(_log, 9, root, proof, made);
        assertEq(_anchor.rootAt(_log, 9), root, "the new submitter cannot anchor");
    }

    function test_AStatementWorksOnce() external {
        bytes[] memory forward = Witnesses.sign(_keys, 0, 2, _submitter(FRESH, 0));
        _anchor.rotateSubmitter(_log, FRESH, forward);
        _anchor.rotateSubmitter(_log, address(this), Witnesses.sign(_keys, 0, 2, _submitter(address(this), 1)));
        try _anchor.rotateSubmitter(_log, FRESH, forward) {
            assertTrue(false, "accepted a replayed rotation");
        } catch {}
        assertEq(_anchor.submitterOf(_log), address(this), "a replay changed the submitter");
    }

    function testFuzz_AnotherEpochAccountOrLogIsRefused(uint64 epoch, address account, bytes32 log) external {
        vm.assume(epoch != 0 && account != FRESH && log != _log);
        bytes32[3] memory digests = [
            _submitter(FRESH, epoch),
            _submitter(account, 0),
            Witnesses.submitter(address(_anchor), log, FRESH, 0)
        ];
        for (uint256 i = 0; i < 3; ++i) {
            bytes[] memory made = Witnesses.sign(_keys, 0, 3, digests[i]);
            try _anchor.rotateSubmitter(_log, FRESH, made) {
                assertTrue(false, "accepted a statement about something else");
            } catch {}
        }
    }

    function test_TheSubmitterAloneOrOneWitnessRotatesNothing() external {
        address[] memory mine = new address[](1);
        mine[0] = address(this);
        bytes[] memory none = new bytes[](0);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.BelowThreshold.selector, _log, 0, K));
        _anchor.rotateSubmitter(_log, FRESH, none);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.BelowThreshold.selector, _log, 0, K));
        _anchor.rotateWitnesses(_log, mine, 1, none);
        bytes[] memory single = Witnesses.sign(_keys, 0, 1, _submitter(FRESH, 0));
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.BelowThreshold.selector, _log, 1, K));
        _anchor.rotateSubmitter(_log, FRESH, single);
    }

    function test_TheZeroAddressAndALogWithoutWitnessesAreRefused() external {
        bytes[] memory made = Witnesses.sign(_keys, 0, 2, _submitter(address(0), 0));
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.ZeroSubmitter.selector, _log));
        _anchor.rotateSubmitter(_log, address(0), made);
        bytes32 plain = _anchor.register("plain.example/log", KEY);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.NoWitnesses.selector, plain));
        _anchor.rotateSubmitter(plain, FRESH, made);
    }

    function test_AQuorumReplacesTheWitnessesAndTheOldOnesAreOut() external {
        uint256[] memory others = Witnesses.keys(2, 5);
        address[] memory all = Witnesses.addresses(others);
        bytes32 digest = Witnesses.witnesses(address(_anchor), _log, all, 3, 0);
        address[] memory signers = new address[](2);
        (signers[0], signers[1]) = (vm.addr(_keys[0]), vm.addr(_keys[1]));
        bytes[] memory made = Witnesses.sign(_keys, 0, 2, digest);
        vm.expectEmit(true, true, true, true, address(_anchor));
        emit IWitnessQuorum.WitnessesRotated(_log, all, 3, 0, signers);
        _anchor.rotateWitnesses(_log, all, 3, made);
        (, uint8 threshold) = _anchor.witnessesOf(_log);
        assertEq(threshold, 3, "another threshold");
        bytes32 root = Tree.root(SEED, 9);
        bytes32[] memory proof = Tree.consistency(SEED, 5, 9);
        bytes[] memory old = Witnesses.sign(_keys, 0, 3, _checkpoint(_log, 9));
        try _anchor.anchorAttested(_log, 9, root, proof, old) {
            assertTrue(false, "the old witnesses still attest");
        } catch {}
        _anchor.anchorAttested(_log, 9, root, proof, Witnesses.sign(others, 1, 3, _checkpoint(_log, 9)));
        assertEq(_anchor.rootAt(_log, 9), root, "the new witnesses cannot attest");
    }

    function test_WitnessesAreNotReplacedByASetThatIsNone() external {
        address[] memory all = new address[](0);
        bytes[] memory made =
            Witnesses.sign(_keys, 0, 2, Witnesses.witnesses(address(_anchor), _log, all, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.InvalidThreshold.selector, 0, 0));
        _anchor.rotateWitnesses(_log, all, 0, made);
    }

    function test_ASuccessorTakesOverHeadAndWitnessesAndMustExtendIt() external {
        bytes32 next = _anchor.register("rotated.example/log", NEW_KEY);
        bytes[] memory made = Witnesses.sign(_keys, 0, 2, _succession(next, 0));
        address[] memory signers = new address[](2);
        (signers[0], signers[1]) = (vm.addr(_keys[0]), vm.addr(_keys[1]));
        vm.expectEmit(true, true, true, true, address(_anchor));
        emit IWitnessQuorum.SuccessorNamed(_log, next, 5, Tree.root(SEED, 5), signers);
        _anchor.nameSuccessor(_log, next, made);
        assertEq(_anchor.successorOf(_log), next, "no trace of the successor");
        (uint64 size, bytes32 root) = _anchor.head(next);
        assertEq(size, 5, "the head was not taken over");
        assertEq(root, Tree.root(SEED, 5), "another root was taken over");
        assertEq(_anchor.rootAt(next, 5), bytes32(0), "nothing was anchored under the new name yet");
        bytes32 fork = Tree.root(bytes32(uint256(8)), 9);
        bytes[] memory forked = Witnesses.sign(_keys, 0, 2, Witnesses.checkpoint(address(_anchor), next, 9, fork));
        try _anchor.anchorAttested(next, 9, fork, Tree.consistency(bytes32(uint256(8)), 5, 9), forked) {
            assertTrue(false, "the successor began another history");
        } catch {}
        _grow(next, 5, 9);
    }

    function test_AnEndedLogTakesNothingMore() external {
        bytes32 next = _anchor.register("rotated.example/log", NEW_KEY);
        _anchor.nameSuccessor(_log, next, Witnesses.sign(_keys, 0, 2, _succession(next, 0)));
        bytes memory closed = abi.encodeWithSelector(IWitnessQuorum.LogClosed.selector, _log, next);
        bytes32 root = Tree.root(SEED, 9);
        bytes32[] memory proof = Tree.consistency(SEED, 5, 9);
        bytes[] memory made = Witnesses.sign(_keys, 0, 2, _checkpoint(_log, 9));
        vm.expectRevert(closed);
        _anchor.anchorAttested(_log, 9, root, proof, made);
        vm.expectRevert(closed);
        _anchor.anchor(_log, 9, root, proof);
        made = Witnesses.sign(_keys, 0, 2, _submitter(FRESH, 1));
        vm.expectRevert(closed);
        _anchor.rotateSubmitter(_log, FRESH, made);
        made = Witnesses.sign(_keys, 0, 2, _succession(_log, 0));
        vm.expectRevert(closed); // two logs cannot continue each other
        _anchor.nameSuccessor(next, _log, made);
        assertEq(_anchor.rootAt(_log, 5), Tree.root(SEED, 5), "its history stays");
    }

    function test_ALogInUseOrTheLogItselfIsNoSuccessor() external {
        bytes32 used = _anchor.register("used.example/log", NEW_KEY);
        _anchor.anchor(used, 3, Tree.root(SEED, 3), new bytes32[](0));
        bytes[] memory made = Witnesses.sign(_keys, 0, 2, _succession(used, 0));
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.SuccessorInUse.selector, used, 3));
        _anchor.nameSuccessor(_log, used, made);
        made = Witnesses.sign(_keys, 0, 2, _succession(_log, 0));
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.SuccessorInUse.selector, _log, 5));
        _anchor.nameSuccessor(_log, _log, made);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.UnknownLog.selector, bytes32(uint256(9))));
        _anchor.nameSuccessor(_log, bytes32(uint256(9)), made);
    }

    /// Else anybody could end an honest newcomer's log before its first anchor, by imposing a head on it.
    function test_NobodyIsMadeASuccessorAgainstHisWill() external {
        vm.prank(FRESH);
        bytes32 theirs = _anchor.register("rotated.example/log", NEW_KEY);
        bytes[] memory made = Witnesses.sign(_keys, 0, 3, _succession(theirs, 0));
        vm.expectRevert(
            abi.encodeWithSelector(IEvidenceAnchor.NotSubmitter.selector, theirs, address(this), FRESH)
        );
        _anchor.nameSuccessor(_log, theirs, made);
        vm.prank(FRESH);
        _anchor.nameSuccessor(_log, theirs, made);
        assertEq(_anchor.successorOf(_log), theirs, "with his consent it works");
    }

    function test_WithoutWitnessesTheSubmitterDecidesAndNobodyElse() external {
        bytes32 plain = _anchor.register("plain.example/log", KEY);
        bytes32 next = _anchor.register("plain.example/log", NEW_KEY);
        bytes[] memory some = Witnesses.sign(_keys, 0, 2, _succession(next, 0));
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.NoWitnesses.selector, plain));
        _anchor.nameSuccessor(plain, next, some);
        vm.prank(FRESH);
        bytes32 theirs = _anchor.register("plain.example/log", NEW_KEY);
        bytes[] memory none = new bytes[](0);
        vm.expectRevert(
            abi.encodeWithSelector(IEvidenceAnchor.NotSubmitter.selector, plain, FRESH, address(this))
        );
        vm.prank(FRESH);
        _anchor.nameSuccessor(plain, theirs, none);
        _anchor.nameSuccessor(plain, next, none);
        assertEq(_anchor.successorOf(plain), next, "the submitter cannot name a successor");
    }

    function test_FewerThanKNameNoSuccessor() external {
        bytes32 next = _anchor.register("rotated.example/log", NEW_KEY);
        bytes[] memory made = Witnesses.sign(_keys, 0, 1, _succession(next, 0));
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.BelowThreshold.selector, _log, 1, K));
        _anchor.nameSuccessor(_log, next, made);
    }

    function _grow(bytes32 log, uint64 old, uint64 size) private {
        bytes32[] memory proof = old == 0 ? new bytes32[](0) : Tree.consistency(SEED, old, size);
        bytes[] memory made = Witnesses.sign(_keys, 0, K, _checkpoint(log, size));
        _anchor.anchorAttested(log, size, Tree.root(SEED, size), proof, made);
    }

    function _checkpoint(bytes32 log, uint64 size) private view returns (bytes32) {
        return Witnesses.checkpoint(address(_anchor), log, size, Tree.root(SEED, size));
    }

    function _submitter(address account, uint64 epoch) private view returns (bytes32) {
        return Witnesses.submitter(address(_anchor), _log, account, epoch);
    }

    function _succession(bytes32 next, uint64 epoch) private view returns (bytes32) {
        return Witnesses.succession(address(_anchor), _log, next, epoch);
    }
}
