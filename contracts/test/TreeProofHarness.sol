// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TreeProof} from "../src/TreeProof.sol";

/// @title The library's internal functions, made callable
contract TreeProofHarness {
    function isConsistent(
        uint64 oldSize,
        uint64 newSize,
        bytes32 oldRoot,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) external view returns (bool) {
        return TreeProof.isConsistent(oldSize, newSize, oldRoot, newRoot, proof);
    }

    function isIncluded(uint64 index, uint64 size, bytes32 leafHash, bytes32 root, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return TreeProof.isIncluded(index, size, leafHash, root, proof);
    }

    function hashChildren(address hasher, bytes32 left, bytes32 right) external view returns (bytes32) {
        return TreeProof.hashChildren(hasher, left, right);
    }
}
