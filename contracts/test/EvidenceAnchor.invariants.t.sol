// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EvidenceAnchor} from "../src/EvidenceAnchor.sol";
import {Test} from "./Cheats.sol";
import {Tree} from "./Tree.sol";

/// @title Whoever may call the contract: the honest log, a forking log operator, strangers
/// @dev Every function either is an honest step or an attack that must be refused; an attack that
/// succeeds is remembered in `breaches`.
contract Callers is Test {
    bytes32 public constant SEED = bytes32(uint256(11));
    EvidenceAnchor public immutable evidence;
    bytes32 public immutable logId;
    uint64[] public sizes;
    uint256 public breaches;
    uint256 public grown;
    uint256 public attacks;

    constructor() {
        evidence = new EvidenceAnchor();
        logId = evidence.register("invariant.example/log", abi.encodePacked(bytes32(uint256(1))));
    }

    function grow(uint8 by) external {
        uint64 old = _head();
        uint64 size = old + uint64(bound(by, 1, 6));
        if (size > 200) return;
        bytes32[] memory proof = old == 0 ? new bytes32[](0) : Tree.consistency(SEED, old, size);
        evidence.anchor(logId, size, Tree.root(SEED, size), proof);
        sizes.push(size);
        ++grown;
    }

    function fork(bytes32 seed, uint8 by) external {
        uint64 old = _head();
        if (old == 0 || seed == SEED) return;
        uint64 size = old + uint64(bound(by, 1, 6));
        _attack(address(this), size, Tree.root(seed, size), Tree.consistency(seed, old, size));
    }

    function rewind(uint8 to) external {
        uint64 old = _head();
        if (old == 0) return;
        uint64 size = uint64(bound(to, 0, old));
        _attack(address(this), size, Tree.root(SEED, size), new bytes32[](0));
    }

    function intrude(address stranger, uint8 by) external {
        uint64 old = _head();
        if (stranger == address(this) || old == 0) return;
        uint64 size = old + uint64(bound(by, 1, 6));
        _attack(stranger, size, Tree.root(SEED, size), Tree.consistency(SEED, old, size));
    }

    function noise(uint64 size, bytes32 root, bytes32[] calldata proof) external {
        if (_head() == 0) return;
        _attack(address(this), size, root, proof);
    }

    function anchors() external view returns (uint256) {
        return sizes.length;
    }

    function _attack(address caller, uint64 size, bytes32 root, bytes32[] memory proof) private {
        ++attacks;
        vm.prank(caller);
        try evidence.anchor(logId, size, root, proof) {
            ++breaches;
        } catch {}
    }

    function _head() private view returns (uint64 size) {
        (size,) = evidence.head(logId);
    }
}

/// @title What can never happen, whoever calls and in whatever order
contract EvidenceAnchorInvariants is Test {
    Callers private _callers;

    function setUp() external {
        _callers = new Callers();
    }

    /// forge asks which contract the runs may call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_callers);
    }

    function invariant_NoAttackEverSucceeds() external view {
        assertEq(_callers.breaches(), 0, "an attack succeeded");
    }

    function invariant_TheHeadIsTheNewestHonestAnchor() external view {
        uint256 count = _callers.anchors();
        (uint64 size, bytes32 root) = _callers.evidence().head(_callers.logId());
        if (count == 0) {
            assertEq(size, 0, "a head out of nothing");
        } else {
            assertEq(size, _callers.sizes(count - 1), "another head");
            assertEq(root, Tree.root(_callers.SEED(), size), "another root");
        }
    }

    function invariant_NoAnchoredRootEverChanges() external view {
        uint64 before = 0;
        for (uint256 i = 0; i < _callers.anchors(); ++i) {
            uint64 size = _callers.sizes(i);
            assertTrue(size > before, "the history does not grow");
            bytes32 root = _callers.evidence().rootAt(_callers.logId(), size);
            assertEq(root, Tree.root(_callers.SEED(), size), "history was rewritten");
            before = size;
        }
    }

    function invariant_TheSubmitterNeverChanges() external view {
        assertEq(_callers.evidence().submitterOf(_callers.logId()), address(_callers), "another submitter");
    }
}
