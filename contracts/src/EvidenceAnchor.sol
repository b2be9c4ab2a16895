// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Attestation} from "./Attestation.sol";
import {IEvidenceAnchor} from "./IEvidenceAnchor.sol";
import {TreeProof} from "./TreeProof.sol";
import {WitnessQuorum} from "./WitnessQuorum.sol";

/// @title The anchor of evidence logs
/// @notice See the interface.
/// @dev Spec: docs/spec/anchor.md. Every anchored root stays readable in current state, because nodes
/// forget old states. No immutables: the runtime code is the same bytes wherever it is deployed, so its
/// hash can be pinned.
contract EvidenceAnchor is WitnessQuorum {
    /// @dev Names this derivation; a different one gets a different tag.
    string private constant LOG_TAG = "proofdocket/log/v1";
    uint256 private constant ED25519_KEY_LENGTH = 32;

    mapping(bytes32 logId => mapping(uint64 size => bytes32 root)) private _roots;
    mapping(bytes32 logId => address registrant) private _registrants;

    /// @inheritdoc IEvidenceAnchor
    function register(string calldata origin, bytes calldata logKey) external returns (bytes32 logId) {
        if (bytes(origin).length == 0) revert EmptyOrigin();
        if (logKey.length != ED25519_KEY_LENGTH) revert InvalidLogKey(logKey.length);
        logId = logIdOf(origin, logKey, msg.sender);
        if (_logs[logId].submitter != address(0)) revert AlreadyRegistered(logId);
        _logs[logId].submitter = msg.sender;
        _registrants[logId] = msg.sender;
        emit LogRegistered(logId, origin, logKey, msg.sender);
    }

    /// @inheritdoc IEvidenceAnchor
    function anchor(bytes32 logId, uint64 size, bytes32 root, bytes32[] calldata proof) external {
        Log storage log = _growing(logId, size, root);
        if (log.threshold != 0) revert AttestationRequired(logId, log.threshold);
        _store(logId, size, root, proof);
    }

    /// @inheritdoc IEvidenceAnchor
    function anchorAttested(
        bytes32 logId,
        uint64 size,
        bytes32 root,
        bytes32[] calldata proof,
        bytes[] calldata signatures
    ) external {
        _growing(logId, size, root);
        address[] memory signers = _quorum(logId, Attestation.checkpoint(logId, size, root), signatures);
        _store(logId, size, root, proof);
        emit Attested(logId, size, signers);
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
    function registrantOf(bytes32 logId) external view returns (address registrant) {
        return _registrants[logId];
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

    /// @dev Proves that the head is extended, then stores the new one.
    function _store(bytes32 logId, uint64 size, bytes32 root, bytes32[] calldata proof) private {
        Log storage log = _logs[logId];
        uint64 headSize = log.size;
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

    /// @dev The rules that need no proof: a registered, open log, its submitter, a larger size, a root.
    function _growing(bytes32 logId, uint64 size, bytes32 root) private view returns (Log storage log) {
        log = _open(logId);
        if (msg.sender != log.submitter) revert NotSubmitter(logId, msg.sender, log.submitter);
        if (size <= log.size) revert NotGrowing(logId, size, log.size);
        if (root == bytes32(0)) revert ZeroRoot(logId, size);
    }
}
