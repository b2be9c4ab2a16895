// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EvidenceAnchor} from "../src/EvidenceAnchor.sol";
import {IEvidenceAnchor} from "../src/IEvidenceAnchor.sol";
import {Test} from "./Cheats.sol";
import {Tree} from "./Tree.sol";

/// @title EvidenceAnchor
/// Tree of cases:
///   register: names the log; refuses an empty origin, a key that is not 32 bytes, a second time; the name
///     binds origin, key, chain, contract and submitter
///   anchor: first without proof; later with one; refuses strangers, unknown logs, shrinking, equal size,
///     the zero root, a proof for the first anchor, forks, missing proofs
///   read: head, every root in the history, inclusion against an anchored root only
contract EvidenceAnchorTest is Test {
    string private constant ORIGIN = "proofdocket.example/log";
    bytes private constant KEY = hex"0101010101010101010101010101010101010101010101010101010101010101";
    bytes32 private constant SEED = bytes32(uint256(7));
    address private constant STRANGER = address(0xbad);

    EvidenceAnchor private immutable _anchor = new EvidenceAnchor();
    bytes32 private _log;

    function setUp() external {
        _log = _anchor.register(ORIGIN, KEY);
    }

    function test_RegisteringNamesTheLogAndSaysSo() external {
        bytes32 expected = _anchor.logIdOf("another.example/log", KEY, address(this));
        vm.expectEmit(true, true, true, true, address(_anchor));
        emit IEvidenceAnchor.LogRegistered(expected, "another.example/log", KEY, address(this));
        assertEq(_anchor.register("another.example/log", KEY), expected, "another name");
        assertEq(_anchor.submitterOf(expected), address(this), "another submitter");
        (uint64 size, bytes32 root) = _anchor.head(expected);
        assertEq(size, 0, "a new log is empty");
        assertEq(root, bytes32(0), "a new log has no root");
    }

    function test_TheNameBindsEverything() external {
        bytes32 other = _anchor.logIdOf("proofdocket.example/lo", KEY, address(this));
        assertTrue(other != _log, "origin is not bound");
        other = _anchor.logIdOf(ORIGIN, abi.encodePacked(bytes32(uint256(2))), address(this));
        assertTrue(other != _log, "key is not bound");
        assertTrue(_anchor.logIdOf(ORIGIN, KEY, STRANGER) != _log, "submitter is not bound");
        assertTrue(new EvidenceAnchor().logIdOf(ORIGIN, KEY, address(this)) != _log, "contract is not bound");
        vm.chainId(2026);
        assertTrue(_anchor.logIdOf(ORIGIN, KEY, address(this)) != _log, "chain is not bound");
    }

    function test_TheNameIsDerivedAsTheSpecSays() external view {
        bytes32 expected = keccak256(
            abi.encode(
                "proofdocket/log/v1",
                keccak256(bytes(ORIGIN)),
                keccak256(KEY),
                block.chainid,
                address(_anchor),
                address(this)
            )
        );
        assertEq(_log, expected, "another derivation");
    }

    function test_AnEmptyOriginIsRefused() external {
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.EmptyOrigin.selector));
        _anchor.register("", KEY);
    }

    function testFuzz_AKeyOfAnotherLengthIsRefused(bytes calldata key) external {
        vm.assume(key.length != 32);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.InvalidLogKey.selector, key.length));
        _anchor.register(ORIGIN, key);
    }

    function test_RegisteringTwiceIsRefusedEvenAfterAnchoring() external {
        _first(5);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.AlreadyRegistered.selector, _log));
        _anchor.register(ORIGIN, KEY);
    }

    function test_AStrangersRegistrationOfTheSameOriginIsAnotherLog() external {
        vm.prank(STRANGER);
        bytes32 theirs = _anchor.register(ORIGIN, KEY);
        assertTrue(theirs != _log, "a stranger took the name");
    }

    function testFuzz_AnchoringTwiceKeepsTheHistory(uint8 a, uint8 b) external {
        (uint64 m, uint64 n) = _sizes(a, b);
        _first(m);
        vm.expectEmit(true, true, true, true, address(_anchor));
        emit IEvidenceAnchor.Anchored(_log, n, Tree.root(SEED, n), m);
        _anchor.anchor(_log, n, Tree.root(SEED, n), Tree.consistency(SEED, m, n));
        (uint64 size, bytes32 root) = _anchor.head(_log);
        assertEq(size, n, "another head");
        assertEq(root, Tree.root(SEED, n), "another root");
        assertEq(_anchor.rootAt(_log, m), Tree.root(SEED, m), "the history was lost");
        assertEq(_anchor.rootAt(_log, n), Tree.root(SEED, n), "the new root is not in the history");
    }

    function test_AnUnknownLogIsRefused() external {
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.UnknownLog.selector, bytes32(uint256(9))));
        _anchor.anchor(bytes32(uint256(9)), 1, bytes32(uint256(1)), new bytes32[](0));
    }

    function testFuzz_AStrangerIsRefused(address stranger, uint8 a, uint8 b) external {
        vm.assume(stranger != address(this));
        (uint64 m, uint64 n) = _sizes(a, b);
        _first(m);
        bytes32 root = Tree.root(SEED, n);
        bytes32[] memory proof = Tree.consistency(SEED, m, n);
        vm.expectRevert(
            abi.encodeWithSelector(IEvidenceAnchor.NotSubmitter.selector, _log, stranger, address(this))
        );
        vm.prank(stranger);
        _anchor.anchor(_log, n, root, proof);
    }

    function testFuzz_ALogDoesNotShrinkOrStandStill(uint8 a, uint8 b) external {
        (uint64 m, uint64 n) = _sizes(a, b);
        _first(n);
        bytes32 smaller = Tree.root(SEED, m);
        bytes32 same = Tree.root(SEED, n);
        bytes32[] memory proof = Tree.consistency(SEED, m, n);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.NotGrowing.selector, _log, m, n));
        _anchor.anchor(_log, m, smaller, proof);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.NotGrowing.selector, _log, n, n));
        _anchor.anchor(_log, n, same, proof);
    }

    function test_TheEmptyTreeAndTheZeroRootAreRefused() external {
        bytes32 empty = Tree.root(SEED, 0);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.NotGrowing.selector, _log, 0, 0));
        _anchor.anchor(_log, 0, empty, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.ZeroRoot.selector, _log, 3));
        _anchor.anchor(_log, 3, bytes32(0), new bytes32[](0));
    }

    function test_AProofForTheFirstAnchorIsRefused() external {
        bytes32 root = Tree.root(SEED, 3);
        vm.expectRevert(_inconsistent(0, bytes32(0), 3, root));
        _anchor.anchor(_log, 3, root, new bytes32[](1));
    }

    function testFuzz_AForkIsRefusedWithBothHeadsInTheError(bytes32 fork, uint8 a, uint8 b) external {
        vm.assume(fork != SEED);
        (uint64 m, uint64 n) = _sizes(a, b);
        _first(m);
        bytes32 root = Tree.root(fork, n);
        bytes32[] memory proof = Tree.consistency(fork, m, n);
        vm.expectRevert(_inconsistent(m, Tree.root(SEED, m), n, root));
        _anchor.anchor(_log, n, root, proof);
        (uint64 size,) = _anchor.head(_log);
        assertEq(size, m, "a refused anchor left a trace");
    }

    function test_AMissingProofIsRefused() external {
        _first(4);
        bytes32 root = Tree.root(SEED, 8);
        vm.expectRevert(_inconsistent(4, Tree.root(SEED, 4), 8, root));
        _anchor.anchor(_log, 8, root, new bytes32[](0));
    }

    /// What the contract does not prove (docs/spec/anchor.md): the true proof from 1 to 3 also serves 4.
    function test_ARootDoesNotCommitToItsSize() external {
        _first(1);
        _anchor.anchor(_log, 4, Tree.root(SEED, 3), Tree.consistency(SEED, 1, 3));
        assertEq(_anchor.rootAt(_log, 4), Tree.root(SEED, 3), "the claimed size is stored as claimed");
    }

    function testFuzz_InclusionIsCheckedAgainstAnAnchoredRoot(uint8 a, uint8 b) external {
        (uint64 index, uint64 n) = _sizes(a, b);
        _first(n);
        bytes32[] memory proof = Tree.inclusion(SEED, index, n);
        assertTrue(_anchor.includes(_log, n, index, Tree.leaf(SEED, index), proof), "refused a true leaf");
        assertTrue(!_anchor.includes(_log, n, index, Tree.leaf(SEED, n), proof), "accepted a false leaf");
        bytes32 leaf = Tree.leaf(SEED, index);
        vm.expectRevert(abi.encodeWithSelector(IEvidenceAnchor.NotAnchored.selector, _log, n + 1));
        _anchor.includes(_log, n + 1, index, leaf, proof);
    }

    function _first(uint64 size) private {
        _anchor.anchor(_log, size, Tree.root(SEED, size), new bytes32[](0));
    }

    function _inconsistent(uint64 headSize, bytes32 headRoot, uint64 size, bytes32 root)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeWithSelector(
            IEvidenceAnchor.Inconsistent.selector, _log, headSize, headRoot, size, root
        );
    }

    function _sizes(uint8 a, uint8 b) private pure returns (uint64 m, uint64 n) {
        n = uint64(bound(b, 2, 48));
        m = uint64(bound(a, 1, n - 1));
    }
}
