// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TreeProof} from "../src/TreeProof.sol";
import {Test} from "./Cheats.sol";
import {Tree} from "./Tree.sol";
import {TreeProofHarness} from "./TreeProofHarness.sol";

/// @title A hasher that fails and yet gives 32 bytes
contract RefusesWithADigest {
    fallback() external {
        assembly {
            mstore(0, 1)
            revert(0, 32)
        }
    }
}

/// @title TreeProof
/// Tree of cases:
///   consistency: every pair of sizes up to 24 is accepted; any one flipped bit, missing node, added node,
///     other root, other log or empty tree is refused; hostile input never reverts
///   inclusion: every leaf of every tree up to 24 is accepted; another leaf, place, root or node is refused
///   hashing: agrees with Solidity's own SHA-256; a missing precompile is noticed
contract TreeProofTest is Test {
    TreeProofHarness private immutable _proofs = new TreeProofHarness();

    function testFuzz_ATrueConsistencyProofIsAccepted(bytes32 seed, uint8 a, uint8 b) external view {
        (uint64 m, uint64 n) = _sizes(a, b, 120);
        bool ok = _proofs.isConsistent(m, n, Tree.root(seed, m), Tree.root(seed, n), Tree.consistency(seed, m, n));
        assertTrue(ok, "refused a true proof");
    }

    function test_EveryPairOfSmallSizesIsAccepted() external view {
        bytes32 seed = bytes32(uint256(1));
        for (uint64 n = 2; n <= 24; ++n) {
            for (uint64 m = 1; m < n; ++m) {
                bool ok = _proofs.isConsistent(
                    m, n, Tree.root(seed, m), Tree.root(seed, n), Tree.consistency(seed, m, n)
                );
                assertTrue(ok, "refused a true proof");
            }
        }
    }

    function test_NoProofAtAllIsRefusedQuietly() external view {
        bytes32 seed = bytes32(uint256(1));
        for (uint64 n = 2; n <= 24; ++n) {
            for (uint64 m = 1; m < n; ++m) {
                bool ok = _proofs.isConsistent(m, n, Tree.root(seed, m), Tree.root(seed, n), new bytes32[](0));
                assertTrue(!ok, "accepted nothing as a proof");
            }
        }
    }

    /// Both roots are reached, but nodes are missing for a tree of the claimed size.
    function testFuzz_AFarLargerSizeIsRefused(uint8 a, uint8 b) external view {
        (uint64 m, uint64 n) = _sizes(a, b, 60);
        bytes32 seed = bytes32(uint256(8));
        bytes32[] memory proof = Tree.consistency(seed, m, n);
        bool ok = _proofs.isConsistent(m, n * 8, Tree.root(seed, m), Tree.root(seed, n), proof);
        assertTrue(!ok, "accepted a far larger size");
        proof = Tree.inclusion(seed, m, n);
        ok = _proofs.isIncluded(m, n * 8, Tree.leaf(seed, m), Tree.root(seed, n), proof);
        assertTrue(!ok, "accepted a leaf of a far larger tree");
    }

    function test_AProofThatEndsBeforeTheClaimedSizeIsRefused() external view {
        bytes32 seed = bytes32(uint256(9));
        bytes32[] memory proof = Tree.consistency(seed, 1, 2);
        bool ok = _proofs.isConsistent(1, 8, Tree.root(seed, 1), Tree.root(seed, 2), proof);
        assertTrue(!ok, "1 to 2 passed as 1 to 8");
        ok = _proofs.isIncluded(0, 2, Tree.leaf(seed, 0), Tree.root(seed, 1), new bytes32[](0));
        assertTrue(!ok, "the only leaf passed as one of two");
    }

    function testFuzz_AFlippedBitInAConsistencyProofIsRefused(uint8 a, uint8 b, uint8 node, uint8 bit)
        external
        view
    {
        (uint64 m, uint64 n) = _sizes(a, b, 60);
        bytes32 seed = bytes32(uint256(2));
        bytes32[] memory proof = Tree.consistency(seed, m, n);
        uint256 at_ = bound(node, 0, proof.length - 1);
        proof[at_] = proof[at_] ^ bytes32(uint256(1) << bit);
        assertTrue(
            !_proofs.isConsistent(m, n, Tree.root(seed, m), Tree.root(seed, n), proof), "accepted a broken node"
        );
    }

    function testFuzz_AMissingNodeIsRefused(uint8 a, uint8 b, uint8 node) external view {
        (uint64 m, uint64 n) = _sizes(a, b, 60);
        bytes32 seed = bytes32(uint256(3));
        bytes32[] memory proof = Tree.consistency(seed, m, n);
        uint256 without = bound(node, 0, proof.length - 1);
        bytes32[] memory short = new bytes32[](proof.length - 1);
        for (uint256 i = 0; i < short.length; ++i) short[i] = proof[i < without ? i : i + 1];
        assertTrue(
            !_proofs.isConsistent(m, n, Tree.root(seed, m), Tree.root(seed, n), short), "accepted a short proof"
        );
    }

    function testFuzz_AnAddedNodeIsRefused(uint8 a, uint8 b, uint8 node, bytes32 stranger) external view {
        (uint64 m, uint64 n) = _sizes(a, b, 60);
        bytes32 seed = bytes32(uint256(4));
        bytes32[] memory proof = Tree.consistency(seed, m, n);
        uint256 place = bound(node, 0, proof.length);
        bytes32[] memory long = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < long.length; ++i) {
            long[i] = i == place ? stranger : proof[i < place ? i : i - 1];
        }
        assertTrue(
            !_proofs.isConsistent(m, n, Tree.root(seed, m), Tree.root(seed, n), long), "accepted a long proof"
        );
    }

    function testFuzz_AnotherLogDoesNotExtendThisOne(bytes32 seed, bytes32 other, uint8 a, uint8 b) external view {
        vm.assume(seed != other);
        (uint64 m, uint64 n) = _sizes(a, b, 60);
        bool ok =
            _proofs.isConsistent(m, n, Tree.root(seed, m), Tree.root(other, n), Tree.consistency(other, m, n));
        assertTrue(!ok, "accepted a fork");
    }

    function testFuzz_SizesWithoutAProofAreRefused(uint64 m, uint64 n, bytes32 root, bytes32[] calldata proof)
        external
        view
    {
        assertTrue(!_proofs.isConsistent(0, n, root, root, proof), "the empty tree has no proof");
        assertTrue(!_proofs.isConsistent(n, n, root, root, proof), "a tree does not extend itself");
        if (m > n) assertTrue(!_proofs.isConsistent(m, n, root, root, proof), "a log does not shrink");
    }

    /// Random nodes lead nowhere, and no input makes the check revert or run for ever.
    function testFuzz_NoiseIsRefusedQuietly(
        uint64 m,
        uint64 n,
        bytes32 oldRoot,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) external view {
        vm.assume(oldRoot != newRoot);
        assertTrue(!_proofs.isConsistent(m, n, oldRoot, newRoot, proof), "accepted noise");
        assertTrue(!_proofs.isIncluded(m, n, oldRoot, newRoot, proof), "accepted noise");
    }

    function test_EveryLeafOfEverySmallTreeIsIncluded() external view {
        bytes32 seed = bytes32(uint256(5));
        for (uint64 n = 1; n <= 24; ++n) {
            bytes32 root = Tree.root(seed, n);
            for (uint64 i = 0; i < n; ++i) {
                bytes32[] memory proof = Tree.inclusion(seed, i, n);
                assertTrue(_proofs.isIncluded(i, n, Tree.leaf(seed, i), root, proof), "refused a true leaf");
                assertTrue(!_proofs.isIncluded(i, n, Tree.leaf(seed, i + 1), root, proof), "another leaf");
                assertTrue(!_proofs.isIncluded(n, n, Tree.leaf(seed, i), root, proof), "outside the tree");
                if (n > 1) {
                    bool elsewhere = _proofs.isIncluded(i ^ 1, n, Tree.leaf(seed, i), root, proof);
                    assertTrue(!elsewhere, "the same leaf in another place");
                }
            }
        }
    }

    function testFuzz_AFlippedBitInAnInclusionProofIsRefused(uint8 a, uint8 b, uint8 node, uint8 bit)
        external
        view
    {
        (uint64 i, uint64 n) = _sizes(a, b, 60);
        bytes32 seed = bytes32(uint256(6));
        bytes32[] memory proof = Tree.inclusion(seed, i, n);
        uint256 at_ = bound(node, 0, proof.length - 1);
        proof[at_] = proof[at_] ^ bytes32(uint256(1) << bit);
        assertTrue(!_proofs.isIncluded(i, n, Tree.leaf(seed, i), Tree.root(seed, n), proof), "broken node");
    }

    function testFuzz_HashingAgreesWithSolidity(bytes32 left, bytes32 right) external view {
        bytes32 expected = sha256(abi.encodePacked(bytes1(0x01), left, right));
        assertEq(_proofs.hashChildren(address(2), left, right), expected, "another digest");
    }

    function test_AChainWithoutTheSha256PrecompileIsNoticed() external {
        // An address without code answers success and nothing, as a missing precompile does.
        vm.expectRevert(abi.encodeWithSelector(TreeProof.Sha256Unavailable.selector, true, 0));
        _proofs.hashChildren(address(0xdead), bytes32(0), bytes32(0));
        // Identity, precompile 4, answers 65 bytes: success again, and again no digest.
        vm.expectRevert(abi.encodeWithSelector(TreeProof.Sha256Unavailable.selector, true, 65));
        _proofs.hashChildren(address(4), bytes32(0), bytes32(0));
    }

    function test_ASha256PrecompileThatFailsIsNoticed() external {
        vm.expectRevert(abi.encodeWithSelector(TreeProof.Sha256Unavailable.selector, false, 0));
        _proofs.hashChildren(address(this), bytes32(0), bytes32(0));
        // Refused, with 32 bytes that look like a digest.
        address liar = address(new RefusesWithADigest());
        vm.expectRevert(abi.encodeWithSelector(TreeProof.Sha256Unavailable.selector, false, 32));
        _proofs.hashChildren(liar, bytes32(0), bytes32(0));
    }

    function _sizes(uint8 a, uint8 b, uint256 most) private pure returns (uint64 m, uint64 n) {
        n = uint64(bound(b, 2, most));
        m = uint64(bound(a, 1, n - 1));
    }
}
