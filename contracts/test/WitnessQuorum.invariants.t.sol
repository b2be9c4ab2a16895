// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EvidenceAnchor} from "../src/EvidenceAnchor.sol";
import {Test} from "./Cheats.sol";
import {Tree} from "./Tree.sol";
import {Witnesses} from "./Witnesses.sol";

/// @title An honest log with a quorum of witnesses, and a thief who holds its submitter key and all but one of the
/// keys that a quorum needs
/// @dev An attack that succeeds is remembered in `breaches`.
contract Quorum is Test {
    bytes32 public constant SEED = bytes32(uint256(11));
    uint8 public constant K = 3;
    EvidenceAnchor public immutable evidence;
    bytes32[] public logs;
    uint256[] private _keys;
    uint64 public rotations;
    uint256 public breaches;
    uint256 public attacks;

    constructor() {
        evidence = new EvidenceAnchor();
        _keys = Witnesses.keys(0, 5);
        logs.push(_register(0));
        evidence.enrolWitnesses(logs[0], Witnesses.addresses(_keys), K);
    }

    function grow(uint8 by, uint8 first) external {
        (bytes32 log, uint64 old) = current();
        uint64 size = old + uint64(bound(by, 1, 6));
        if (size > 150) return;
        bytes32[] memory proof = old == 0 ? new bytes32[](0) : Tree.consistency(SEED, old, size);
        bytes32 root = Tree.root(SEED, size);
        bytes32 digest = Witnesses.checkpoint(address(evidence), log, size, root);
        evidence.anchorAttested(log, size, root, proof, Witnesses.sign(_keys, bound(first, 0, 2), K, digest));
    }

    function rotateWitnesses(uint256 salt) external {
        (bytes32 log,) = current();
        uint256[] memory others = Witnesses.keys(salt, 5);
        address[] memory all = Witnesses.addresses(others);
        bytes32 digest = Witnesses.witnesses(address(evidence), log, all, K, evidence.epochOf(log));
        evidence.rotateWitnesses(log, all, K, Witnesses.sign(_keys, 0, K, digest));
        _keys = others;
        ++rotations;
    }

    function succeed() external {
        (bytes32 log,) = current();
        bytes32 next = _register(logs.length);
        bytes32 digest = Witnesses.succession(address(evidence), log, next, evidence.epochOf(log));
        evidence.nameSuccessor(log, next, Witnesses.sign(_keys, 1, K, digest));
        logs.push(next);
        rotations = 0;
    }

    /// The thief anchors a true or a false head with one witness too few.
    function steal(uint8 by, bytes32 seed) external {
        (bytes32 log, uint64 old) = current();
        if (old == 0) return;
        uint64 size = old + uint64(bound(by, 1, 6));
        bytes32 root = Tree.root(seed, size);
        bytes[] memory made =
            Witnesses.sign(_keys, 0, K - 1, Witnesses.checkpoint(address(evidence), log, size, root));
        ++attacks;
        try evidence.anchorAttested(log, size, root, Tree.consistency(seed, old, size), made) {
            ++breaches;
        } catch {}
        try evidence.anchor(log, size, root, Tree.consistency(seed, old, size)) {
            ++breaches;
        } catch {}
    }

    /// The thief gives the log away, or names witnesses or a successor of its own.
    function usurp(address thief, uint256 salt) external {
        if (thief == address(0)) return;
        (bytes32 log,) = current();
        uint64 epoch = evidence.epochOf(log);
        address[] memory own = Witnesses.addresses(Witnesses.keys(salt, 2));
        ++attacks;
        bytes32 digest = Witnesses.submitter(address(evidence), log, thief, epoch);
        try evidence.rotateSubmitter(log, thief, Witnesses.sign(_keys, 0, K - 1, digest)) {
            ++breaches;
        } catch {}
        digest = Witnesses.witnesses(address(evidence), log, own, 1, epoch);
        try evidence.rotateWitnesses(log, own, 1, Witnesses.sign(_keys, 0, K - 1, digest)) {
            ++breaches;
        } catch {}
        try evidence.enrolWitnesses(log, own, 1) {
            ++breaches;
        } catch {}
        bytes32 next = evidence.logIdOf("usurped.example/log", abi.encodePacked(bytes32(salt)), address(this));
        if (evidence.submitterOf(next) != address(0)) return;
        evidence.register("usurped.example/log", abi.encodePacked(bytes32(salt)));
        digest = Witnesses.succession(address(evidence), log, next, epoch);
        try evidence.nameSuccessor(log, next, Witnesses.sign(_keys, 0, K - 1, digest)) {
            ++breaches;
        } catch {}
    }

    function current() public view returns (bytes32 log, uint64 size) {
        log = logs[logs.length - 1];
        (size,) = evidence.head(log);
    }

    function count() external view returns (uint256) {
        return logs.length;
    }

    function holders() external view returns (address[] memory) {
        return Witnesses.addresses(_keys);
    }

    function _register(uint256 number) private returns (bytes32) {
        return evidence.register("quorum.example/log", abi.encodePacked(bytes32(number + 1)));
    }
}

/// @title What can never happen while one witness of a quorum is honest
contract WitnessQuorumInvariants is Test {
    Quorum private _quorum;

    function setUp() external {
        _quorum = new Quorum();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_quorum);
    }

    function invariant_NoThiefEverSucceeds() external view {
        assertEq(_quorum.breaches(), 0, "an attack succeeded");
    }

    function invariant_TheSubmitterAndTheWitnessesAreTheHonestOnes() external view {
        (bytes32 log,) = _quorum.current();
        assertEq(_quorum.evidence().submitterOf(log), address(_quorum), "another submitter");
        (address[] memory all, uint8 threshold) = _quorum.evidence().witnessesOf(log);
        assertEq(threshold, _quorum.K(), "another threshold");
        bytes32 honest = keccak256(abi.encode(_quorum.holders()));
        assertEq(keccak256(abi.encode(all)), honest, "other witnesses");
        assertEq(_quorum.evidence().epochOf(log), _quorum.rotations(), "an epoch without a rotation");
    }

    function invariant_OneHistoryAcrossAllSuccessors() external view {
        uint64 before = 0;
        for (uint256 i = 0; i < _quorum.count(); ++i) {
            (uint64 size, bytes32 root) = _quorum.evidence().head(_quorum.logs(i));
            assertTrue(size >= before, "a successor forgot entries");
            if (size != 0) assertEq(root, Tree.root(_quorum.SEED(), size), "another history");
            before = size;
            bytes32 next = i + 1 < _quorum.count() ? _quorum.logs(i + 1) : bytes32(0);
            assertEq(_quorum.evidence().successorOf(_quorum.logs(i)), next, "another successor");
        }
    }
}
