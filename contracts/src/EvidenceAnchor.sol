// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEvidenceAnchor} from "./IEvidenceAnchor.sol";
import {TreeProof} from "./TreeProof.sol";

/// @title The anchor of evidence logs
/// @notice See the interface.
/// @dev Spec: docs/spec/anchor.md. Every anchored root stays readable in current state, because nodes
/// forget old states. No immutables: the runtime code is the same bytes wherever it is deployed, so its
/// hash can be pinned.
contract EvidenceAnchor is IEvidenceAnchor {
    /// @dev The head of one log; submitter and size share a slot.
    struct Log {
        address submitter;
        uint64 size;
        bytes32 root;
    }

    /// @dev Names this derivation; a different one gets a different tag.
    string private constant LOG_TAG = "proofdocket/log/v1";
    uint256 private constant ED25519_KEY_LENGTH = 32;

    mapping(bytes32 logId => Log log) private _logs;
    mapping(bytes32 logId => mapping(uint64 size => bytes32 root)) private _roots;

    /// @inheritdoc IEvidenceAnchor
    function register(string calldata origin, bytes calldata logKey) external returns (bytes32 logId) {
        if (bytes(origin).length == 0) revert EmptyOrigin();
        if (logKey.length != ED25519_KEY_LENGTH) revert InvalidLogKey(logKey.length);
        logId = logIdOf(origin, logKey, msg.sender);
        if (_logs[logId].submitter != address(0)) revert AlreadyRegistered(logId);
        _logs[logId].submitter = msg.sender;
        emit LogRegistered(logId, origin, logKey, msg.sender);
    }

    /// @inheritdoc IEvidenceAnchor
    function anchor(bytes32 logId, uint64 size, bytes32 root, bytes32[] calldata proof) external {
        Log storage log = _logs[logId];
        address submitter = log.submitter;
        uint64 headSize = log.size;
        if (submitter == address(0)) revert UnknownLog(logId);
        if (msg.sender != submitter) revert NotSubmitter(logId, msg.sender, submitter);
        if (size <= headSize) revert NotGrowing(logId, size, headSize);
        if (root == bytes32(0)) revert ZeroRoot(logId, size);
        bytes32 headRoot = log.root;
        // The first anchor extends the empty tree, for which RFC 9162 has no proof: none may be given.
        bool extends_ = headSize == 0
            ? proof.length == 0
            : TreeProof.isConsistent(headSize, size, headRoot, root, proof);
        if (!extends_) revert Inconsistent(logId, headSize, headRoot, size, root);
        log.size = size;
        log.root = root;
        _roots[logId][size] = root;
        emit Anchored(logId, size, root, headSize);
    }

    /// @inheritdoc IEvidenceAnchor
    function head(bytes32 logId) external view returns (uint64 size, bytes32 root) {
        return (_logs[logId].size, _logs[logId].root);
    }

    /// @inheritdoc IEvidenceAnchor
    function rootAt(bytes32 logId, uint64 size) external view returns (bytes32 root) {
        return _roots[logId][size];
    }

    /// @inheritdoc IEvidenceAnchor
    function submitterOf(bytes32 logId) external view returns (address submitter) {
        return _logs[logId].submitter;
    }

    /// @inheritdoc IEvidenceAnchor
    function includes(bytes32 logId, uint64 size, uint64 index, bytes32 leafHash, bytes32[] calldata proof)
        external
        view
        returns (bool included)
    {
        bytes32 root = _roots[logId][size];
        if (root == bytes32(0)) revert NotAnchored(logId, size);
        return TreeProof.isIncluded(index, size, leafHash, root, proof);
    }

    /// @inheritdoc IEvidenceAnchor
    function logIdOf(string calldata origin, bytes calldata logKey, address submitter)
        public
        view
        returns (bytes32 logId)
    {
        return keccak256(
            abi.encode(
                LOG_TAG,
                keccak256(bytes(origin)),
                keccak256(logKey),
                block.chainid,
                address(this),
                submitter
            )
        );
    }
}
