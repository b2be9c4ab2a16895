// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Proofs about append-only SHA-256 trees
/// @notice Checks consistency and inclusion proofs of RFC 9162 with the SHA-256 precompile.
/// @dev Spec: docs/spec/anchor.md; RFC 9162 2.1.3.2 and 2.1.4.2. Vectors:
/// tests/vectors/merkle/consistency.json, which Python reads too. Both checks say whether a proof
/// leads where it claims; neither proves how large a tree is.
library TreeProof {
    /// @dev FIPS 180-4 SHA-256 as a precompiled contract.
    address internal constant SHA256 = address(2);

    /// @notice The SHA-256 precompile gave no digest: this chain cannot check tree proofs.
    /// @param success Whether the call succeeded.
    /// @param returned How many bytes it gave; a digest has 32.
    error Sha256Unavailable(bool success, uint256 returned);

    /// @notice Whether the tree of `newRoot` extends the tree of `oldRoot` (RFC 9162 2.1.4.2).
    /// @dev Total: sizes without a proof (0 < oldSize < newSize does not hold) give false.
    /// @param oldSize Leaves in the old tree.
    /// @param newSize Leaves claimed for the new tree.
    /// @param oldRoot Root hash of the old tree.
    /// @param newRoot Root hash of the new tree.
    /// @param proof The consistency proof.
    /// @return consistent True when the proof leads to both roots.
    function isConsistent(
        uint64 oldSize,
        uint64 newSize,
        bytes32 oldRoot,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) internal view returns (bool consistent) {
        if (oldSize == 0 || oldSize >= newSize) return false;
        uint256 length = proof.length;
        // 1, 2: an old tree of a power of two is itself the first node; it is left out of the proof.
        bool isPower = oldSize & (oldSize - 1) == 0;
        if (length == 0) return false;
        // 3
        uint256 fn = uint256(oldSize) - 1;
        uint256 sn = uint256(newSize) - 1;
        // 4
        while (fn & 1 == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        // 5
        bytes32 fr = isPower ? oldRoot : proof[0];
        bytes32 sr = fr;
        // 6
        for (uint256 i = isPower ? 0 : 1; i < length; ++i) {
            if (sn == 0) return false;
            bytes32 c = proof[i];
            if (fn & 1 == 1 || fn == sn) {
                fr = hashChildren(SHA256, c, fr);
                sr = hashChildren(SHA256, c, sr);
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                sr = hashChildren(SHA256, sr, c);
            }
            fn >>= 1;
            sn >>= 1;
        }
        // 7
        return sn == 0 && fr == oldRoot && sr == newRoot;
    }

    /// @notice Whether a leaf is in the tree of `root` (RFC 9162 2.1.3.2).
    /// @param index Position of the leaf, from 0.
    /// @param size Leaves claimed for the tree.
    /// @param leafHash The leaf hash.
    /// @param root Root hash of the tree.
    /// @param proof The inclusion proof.
    /// @return included True when the proof leads from the leaf to the root.
    function isIncluded(uint64 index, uint64 size, bytes32 leafHash, bytes32 root, bytes32[] calldata proof)
        internal
        view
        returns (bool included)
    {
        // 1
        if (index >= size) return false;
        // 2
        uint256 fn = index;
        uint256 sn = uint256(size) - 1;
        // 3
        bytes32 r = leafHash;
        // 4
        uint256 length = proof.length;
        for (uint256 i = 0; i < length; ++i) {
            if (sn == 0) return false;
            bytes32 p = proof[i];
            if (fn & 1 == 1 || fn == sn) {
                r = hashChildren(SHA256, p, r);
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                r = hashChildren(SHA256, r, p);
            }
            fn >>= 1;
            sn >>= 1;
        }
        // 5
        return sn == 0 && r == root;
    }

    /// @notice The hash of an inner node: SHA-256 of 0x01, the left and the right child.
    /// @dev A chain without the precompile answers such a call with success and nothing, so the length
    /// of the answer is checked as well. `hasher` is a parameter for the sake of that test alone.
    /// @param hasher Where SHA-256 lives.
    /// @param left Hash of the left child.
    /// @param right Hash of the right child.
    /// @return node The node hash.
    function hashChildren(address hasher, bytes32 left, bytes32 right) internal view returns (bytes32 node) {
        bool success;
        uint256 returned;
        assembly ("memory-safe") {
            // 65 bytes do not fit the scratch space: use memory past the free pointer without keeping it.
            let buffer := mload(0x40)
            mstore8(buffer, 0x01)
            mstore(add(buffer, 1), left)
            mstore(add(buffer, 33), right)
            success := staticcall(gas(), hasher, buffer, 65, 0x00, 32)
            returned := returndatasize()
            node := mload(0x00)
        }
        if (!success || returned != 32) revert Sha256Unavailable(success, returned);
    }
}
