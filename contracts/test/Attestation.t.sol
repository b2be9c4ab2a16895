// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EvidenceAnchor} from "../src/EvidenceAnchor.sol";
import {IEvidenceAnchor} from "../src/IEvidenceAnchor.sol";
import {IWitnessQuorum} from "../src/IWitnessQuorum.sol";
import {Test} from "./Cheats.sol";
import {Tree} from "./Tree.sol";
import {Witnesses} from "./Witnesses.sol";

/// @title Attested anchors
/// Tree of cases:
///   enrol: once, by the submitter; refuses unsorted, doubled, zero, too many, a threshold of none or too many
///   anchor: a plain one is refused; any k or more witnesses do; refuses fewer than k, a stranger, one witness twice,
///     any order but the rising one, another log, size, root, chain or contract, and every other form of a signature
contract AttestationTest is Test {
    bytes private constant KEY = hex"0101010101010101010101010101010101010101010101010101010101010101";
    bytes32 private constant SEED = bytes32(uint256(7));
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint8 private constant K = 3;

    EvidenceAnchor private immutable _anchor = new EvidenceAnchor();
    uint256[] private _keys;
    bytes32 private _log;

    function setUp() external {
        _keys = Witnesses.keys(1, 7);
        _log = _anchor.register("attested.example/log", KEY);
        _anchor.anchor(_log, 2, Tree.root(SEED, 2), new bytes32[](0));
        _anchor.enrolWitnesses(_log, Witnesses.addresses(_keys), K);
    }

    function test_EnrollingSaysSoAndIsReadBack() external {
        bytes32 log = _anchor.register("attested.example/log", abi.encodePacked(bytes32(uint256(2))));
        address[] memory all = Witnesses.addresses(_keys);
        vm.expectEmit(true, true, true, true, address(_anchor));
        emit IWitnessQuorum.WitnessesEnrolled(log, all, 7);
        _anchor.enrolWitnesses(log, all, 7);
        (address[] memory found, uint8 threshold) = _anchor.witnessesOf(log);
        assertEq(threshold, 7, "another threshold");
        assertEq(keccak256(abi.encode(found)), keccak256(abi.encode(all)), "other witnesses");
        assertEq(_anchor.epochOf(log), 0, "enrolling is no rotation");
    }

    function test_EnrollingTwiceIsRefused() external {
        address[] memory all = Witnesses.addresses(_keys);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.AlreadyEnrolled.selector, _log, K));
        _anchor.enrolWitnesses(_log, all, 1);
    }

    function test_EnrollingByAStrangerOrForAnUnknownLogIsRefused() external {
        address[] memory all = Witnesses.addresses(_keys);
        vm.expectRevert(
            abi.encodeWithSelector(IEvidenceAnchor.NotSubmitter.selector, _log, address(0xbad), address(this))
        );
        vm.prank(address(0xbad));
        _anchor.enrolWitnesses(_log, all, 1);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.UnknownLog.selector, bytes32(uint256(9))));
        _anchor.enrolWitnesses(bytes32(uint256(9)), all, 1);
    }

    function test_WitnessesThatAreNoSetAreRefused() external {
        bytes32 log = _anchor.register("attested.example/other", KEY);
        address[] memory all = Witnesses.addresses(_keys);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.InvalidThreshold.selector, 0, 7));
        _anchor.enrolWitnesses(log, all, 0);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.InvalidThreshold.selector, 8, 7));
        _anchor.enrolWitnesses(log, all, 8);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.TooManyWitnesses.selector, 33, 32));
        _anchor.enrolWitnesses(log, new address[](33), 1);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.WitnessesNotRising.selector, 0, 0));
        _anchor.enrolWitnesses(log, new address[](2), 1);
        (all[1], all[2]) = (all[2], all[1]);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.WitnessesNotRising.selector, all[1], all[2]));
        _anchor.enrolWitnesses(log, all, 1);
        all[2] = all[1];
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.WitnessesNotRising.selector, all[1], all[1]));
        _anchor.enrolWitnesses(log, all, 1);
    }

    function test_APlainAnchorOfALogWithWitnessesIsRefused() external {
        bytes32[] memory proof = Tree.consistency(SEED, 2, 9);
        bytes32 root = Tree.root(SEED, 9);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.AttestationRequired.selector, _log, K));
        _anchor.anchor(_log, 9, root, proof);
    }

    function test_AnAttestedAnchorOfALogWithoutWitnessesIsRefused() external {
        bytes32 log = _anchor.register("attested.example/plain", KEY);
        bytes32 root = Tree.root(SEED, 9);
        vm.expectRevert(abi.encodeWithSelector(IWitnessQuorum.NoWitnesses.selector, log));
        _anchor.anchorAttested(log, 9, root, new bytes32[](0), new bytes[](0));
    }

    function testFuzz_AnyKOrMoreWitnessesAttest(uint8 start, uint8 count, uint8 size) external {
        uint256 many = bound(count, K, 7);
        uint256 first = bound(start, 0, 7 - many);
        uint64 n = uint64(bound(size, 3, 60));
        bytes32 root = Tree.root(SEED, n);
        bytes[] memory signatures = Witnesses.sign(_keys, first, many, _digest(n, root));
        address[] memory signers = new address[](many);
        for (uint256 i = 0; i < many; ++i) signers[i] = vm.addr(_keys[first + i]);
        vm.expectEmit(true, true, true, true, address(_anchor));
        emit IEvidenceAnchor.Anchored(_log, n, root, 2);
        vm.expectEmit(true, true, true, true, address(_anchor));
        emit IWitnessQuorum.Attested(_log, n, signers);
        _anchor.anchorAttested(_log, n, root, Tree.consistency(SEED, 2, n), signatures);
        assertEq(_anchor.rootAt(_log, n), root, "another root");
    }

    function testFuzz_FewerThanKAreRefused(uint8 count) external {
        uint256 many = bound(count, 0, K - 1);
        _refused(
            Witnesses.sign(_keys, 0, many, _digest(9, Tree.root(SEED, 9))),
            abi.encodeWithSelector(IWitnessQuorum.BelowThreshold.selector, _log, many, K)
        );
    }

    function testFuzz_AStrangerAmongTheSignersIsRefused(uint8 place, uint256 salt) external {
        bytes32 digest = _digest(9, Tree.root(SEED, 9));
        uint256[] memory held = Witnesses.keys(uint256(keccak256(abi.encode(salt))), 4);
        held[bound(place, 0, 3)] = _keys[3];
        uint256[] memory sorted = _sorted(held);
        address stranger = vm.addr(sorted[0] == _keys[3] ? sorted[1] : sorted[0]);
        _refused(
            Witnesses.sign(sorted, 0, 4, digest),
            abi.encodeWithSelector(IWitnessQuorum.NotWitness.selector, _log, stranger)
        );
    }

    function testFuzz_OneWitnessCountsOnce(uint8 who) external {
        uint256 key = _keys[bound(who, 0, 6)];
        bytes[] memory twice = new bytes[](3);
        for (uint256 i = 0; i < 3; ++i) twice[i] = Witnesses.one(key, _digest(9, Tree.root(SEED, 9)));
        _refused(
            twice, abi.encodeWithSelector(IWitnessQuorum.SignersNotRising.selector, vm.addr(key), vm.addr(key))
        );
    }

    function test_AnotherOrderThanTheRisingOneIsRefused() external {
        bytes[] memory made = Witnesses.sign(_keys, 0, 4, _digest(9, Tree.root(SEED, 9)));
        (made[1], made[2]) = (made[2], made[1]);
        _refused(
            made,
            abi.encodeWithSelector(IWitnessQuorum.SignersNotRising.selector, vm.addr(_keys[2]), vm.addr(_keys[1]))
        );
    }

    /// A signature made for anything else recovers to somebody else, who is no witness.
    function testFuzz_ASignatureForAnythingElseIsRefused(bytes32 other, uint64 size) external {
        vm.assume(other != _log && other != Tree.root(SEED, 9) && size != 9);
        bytes32 root = Tree.root(SEED, 9);
        bytes32[6] memory digests = [
            Witnesses.checkpoint(address(_anchor), other, 9, root),
            Witnesses.checkpoint(address(_anchor), _log, size, root),
            Witnesses.checkpoint(address(_anchor), _log, 9, other),
            Witnesses.checkpoint(address(this), _log, 9, root),
            Witnesses.succession(address(_anchor), _log, root, 9),
            other
        ];
        for (uint256 i = 0; i < digests.length; ++i) _refusedAnyhow(9, root, digests[i]);
        vm.chainId(2026);
        bytes32 elsewhere = _digest(9, root);
        vm.chainId(31337);
        _refusedAnyhow(9, root, elsewhere);
    }

    function testFuzz_AFlippedBitOfASignatureIsRefused(uint16 bit) external {
        bytes32 root = Tree.root(SEED, 9);
        bytes[] memory made = Witnesses.sign(_keys, 0, 3, _digest(9, root));
        uint256 at_ = bound(bit, 0, 65 * 8 - 1);
        made[1][at_ / 8] = made[1][at_ / 8] ^ bytes1(uint8(1 << (at_ % 8)));
        bytes32[] memory proof = Tree.consistency(SEED, 2, 9);
        try _anchor.anchorAttested(_log, 9, root, proof, made) {
            assertTrue(false, "accepted a broken signature");
        } catch {}
    }

    function test_EveryOtherFormOfATrueSignatureIsRefused() external {
        bytes32 digest = _digest(9, Tree.root(SEED, 9));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[0], digest);
        bytes32 high = bytes32(ORDER - uint256(s));
        bytes[5] memory forms = [
            abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27)), // the mirrored signature, true as well
            abi.encodePacked(r, s, v - 27), // v as 0 or 1
            abi.encodePacked(r, s, v, uint8(0)), // a byte too many
            abi.encodePacked(r, s), // no v
            abi.encodePacked(bytes32(0), bytes32(0), uint8(27)) // recovers to nobody
        ];
        for (uint256 i = 0; i < forms.length; ++i) {
            bytes[] memory made = Witnesses.sign(_keys, 0, 3, digest);
            made[0] = forms[i];
            _refused(made, abi.encodeWithSelector(IWitnessQuorum.InvalidSignature.selector, 0));
        }
    }

    /// Witnesses do not replace the proof: a fork that all of them signed is refused.
    function test_AForkIsRefusedWhoeverSigns() external {
        bytes32 fork = Tree.root(bytes32(uint256(8)), 9);
        bytes[] memory made = Witnesses.sign(_keys, 0, 7, _digest(9, fork));
        bytes32[] memory proof = Tree.consistency(bytes32(uint256(8)), 2, 9);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEvidenceAnchor.Inconsistent.selector, _log, 2, Tree.root(SEED, 2), 9, fork
            )
        );
        _anchor.anchorAttested(_log, 9, fork, proof, made);
    }

    function test_WitnessesWithoutTheSubmitterCannotAnchor() external {
        bytes32 root = Tree.root(SEED, 9);
        bytes[] memory made = Witnesses.sign(_keys, 0, 7, _digest(9, root));
        bytes32[] memory proof = Tree.consistency(SEED, 2, 9);
        vm.expectRevert(
            abi.encodeWithSelector(IEvidenceAnchor.NotSubmitter.selector, _log, address(0xbad), address(this))
        );
        vm.prank(address(0xbad));
        _anchor.anchorAttested(_log, 9, root, proof, made);
    }

    function _digest(uint64 size, bytes32 root) private view returns (bytes32) {
        return Witnesses.checkpoint(address(_anchor), _log, size, root);
    }

    function _refused(bytes[] memory signatures, bytes memory error) private {
        bytes32[] memory proof = Tree.consistency(SEED, 2, 9);
        bytes32 root = Tree.root(SEED, 9);
        vm.expectRevert(error);
        _anchor.anchorAttested(_log, 9, root, proof, signatures);
    }

    function _refusedAnyhow(uint64 size, bytes32 root, bytes32 digest) private {
        bytes[] memory made = Witnesses.sign(_keys, 0, 7, digest);
        bytes32[] memory proof = Tree.consistency(SEED, 2, size);
        try _anchor.anchorAttested(_log, size, root, proof, made) {
            assertTrue(false, "accepted a signature for something else");
        } catch {}
    }

    function _sorted(uint256[] memory held) private pure returns (uint256[] memory) {
        for (uint256 i = 1; i < held.length; ++i) {
            for (uint256 j = i; j > 0 && vm.addr(held[j - 1]) > vm.addr(held[j]); --j) {
                (held[j - 1], held[j]) = (held[j], held[j - 1]);
            }
        }
        return held;
    }
}
