// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The recursive definitions of RFC 9162, as an oracle for the iterative checks
/// @dev 2.1.1 (root), 2.1.3.1 (inclusion), 2.1.4.1 (consistency). Leaves are hashes of seed and
/// position, so a seed names a log and two seeds are two logs. Shares no code with TreeProof.
library Tree {
    function leaf(bytes32 seed, uint256 index) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x00), keccak256(abi.encode(seed, index))));
    }

    function root(bytes32 seed, uint256 size) internal pure returns (bytes32) {
        return size == 0 ? sha256("") : _root(seed, 0, size);
    }

    function inclusion(bytes32 seed, uint256 index, uint256 size) internal pure returns (bytes32[] memory) {
        bytes32[] memory path = new bytes32[](64);
        uint256 length = _inclusion(seed, index, 0, size, path);
        return _cut(path, length);
    }

    function consistency(bytes32 seed, uint256 oldSize, uint256 size) internal pure returns (bytes32[] memory) {
        bytes32[] memory path = new bytes32[](64);
        uint256 length = _consistency(seed, oldSize, 0, size, true, path);
        return _cut(path, length);
    }

    function _root(bytes32 seed, uint256 start, uint256 n) private pure returns (bytes32) {
        if (n == 1) return leaf(seed, start);
        uint256 k = _split(n);
        return sha256(abi.encodePacked(bytes1(0x01), _root(seed, start, k), _root(seed, start + k, n - k)));
    }

    function _inclusion(bytes32 seed, uint256 m, uint256 start, uint256 n, bytes32[] memory path)
        private
        pure
        returns (uint256 length)
    {
        if (n == 1) return 0;
        uint256 k = _split(n);
        if (m < k) {
            length = _inclusion(seed, m, start, k, path);
            path[length] = _root(seed, start + k, n - k);
        } else {
            length = _inclusion(seed, m - k, start + k, n - k, path);
            path[length] = _root(seed, start, k);
        }
        return length + 1;
    }

    function _consistency(
        bytes32 seed,
        uint256 m,
        uint256 start,
        uint256 n,
        bool complete,
        bytes32[] memory path
    ) private pure returns (uint256 length) {
        if (m == n) {
            if (complete) return 0;
            path[0] = _root(seed, start, n);
            return 1;
        }
        uint256 k = _split(n);
        if (m <= k) {
            length = _consistency(seed, m, start, k, complete, path);
            path[length] = _root(seed, start + k, n - k);
        } else {
            length = _consistency(seed, m - k, start + k, n - k, false, path);
            path[length] = _root(seed, start, k);
        }
        return length + 1;
    }

    /// @dev The largest power of two below n.
    function _split(uint256 n) private pure returns (uint256 k) {
        k = 1;
        while (k * 2 < n) k *= 2;
    }

    function _cut(bytes32[] memory path, uint256 length) private pure returns (bytes32[] memory cut) {
        cut = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) cut[i] = path[i];
    }
}
