// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Attestation} from "./Attestation.sol";
import {IEvidenceAnchor} from "./IEvidenceAnchor.sol";
import {IWitnessQuorum} from "./IWitnessQuorum.sol";

/// @title The witnesses of a log, and what they may change
/// @notice See the interface.
/// @dev Spec: docs/spec/anchor.md. Holds the logs, because their rights are what a quorum changes.
abstract contract WitnessQuorum is IWitnessQuorum, IEvidenceAnchor {
    /// @dev One log; everything but its root is in one slot.
    struct Log {
        address submitter;
        uint64 size;
        uint16 epoch;
        uint8 threshold;
        bool closed;
        bytes32 root;
    }

    uint256 private constant MOST_WITNESSES = 32;

    mapping(bytes32 logId => Log log) internal _logs;
    mapping(bytes32 logId => address[] witnesses) private _witnesses;
    mapping(bytes32 logId => bytes32 successorId) private _successors;

    /// @inheritdoc IWitnessQuorum
    function enrolWitnesses(bytes32 logId, address[] calldata witnesses, uint8 threshold) external {
        Log storage log = _open(logId);
        if (msg.sender != log.submitter) revert NotSubmitter(logId, msg.sender, log.submitter);
        if (log.threshold != 0) revert AlreadyEnrolled(logId, log.threshold);
        _setWitnesses(logId, witnesses, threshold);
        emit WitnessesEnrolled(logId, witnesses, threshold);
    }

    /// @inheritdoc IWitnessQuorum
    function rotateSubmitter(bytes32 logId, address submitter, bytes[] calldata signatures) external {
        Log storage log = _open(logId);
        if (submitter == address(0)) revert ZeroSubmitter(logId);
        uint16 epoch = log.epoch;
        bytes32 digest = Attestation.submitterRotation(logId, submitter, epoch);
        address[] memory signers = _quorum(logId, digest, signatures);
        address previous = log.submitter;
        log.submitter = submitter;
        log.epoch = epoch + 1;
        emit SubmitterRotated(logId, previous, submitter, epoch, signers);
    }

    /// @inheritdoc IWitnessQuorum
    function rotateWitnesses(
        bytes32 logId,
        address[] calldata witnesses,
        uint8 threshold,
        bytes[] calldata signatures
    ) external {
        Log storage log = _open(logId);
        uint16 epoch = log.epoch;
        bytes32 digest = Attestation.witnessRotation(logId, witnesses, threshold, epoch);
        address[] memory signers = _quorum(logId, digest, signatures);
        _setWitnesses(logId, witnesses, threshold);
        log.epoch = epoch + 1;
        emit WitnessesRotated(logId, witnesses, threshold, epoch, signers);
    }

    /// @inheritdoc IWitnessQuorum
    function nameSuccessor(bytes32 logId, bytes32 successorId, bytes[] calldata signatures) external {
        Log storage log = _open(logId);
        Log storage next = _open(successorId);
        if (msg.sender != next.submitter) revert NotSubmitter(successorId, msg.sender, next.submitter);
        if (successorId == logId || next.size != 0) revert SuccessorInUse(successorId, next.size);
        address[] memory signers = new address[](0);
        if (log.threshold == 0) {
            // Without witnesses the submitter decides, and signatures would mean nothing.
            if (msg.sender != log.submitter) revert NotSubmitter(logId, msg.sender, log.submitter);
            if (signatures.length != 0) revert NoWitnesses(logId);
        } else {
            signers = _quorum(logId, Attestation.succession(logId, successorId, log.epoch), signatures);
            next.threshold = log.threshold;
            _witnesses[successorId] = _witnesses[logId];
        }
        next.size = log.size;
        next.root = log.root;
        log.closed = true;
        log.epoch += 1;
        _successors[logId] = successorId;
        emit SuccessorNamed(logId, successorId, log.size, log.root, signers);
    }

    /// @inheritdoc IWitnessQuorum
    function witnessesOf(bytes32 logId) external view returns (address[] memory witnesses, uint8 threshold) {
        return (_witnesses[logId], _logs[logId].threshold);
    }

    /// @inheritdoc IWitnessQuorum
    function epochOf(bytes32 logId) external view returns (uint64 epoch) {
        return _logs[logId].epoch;
    }

    /// @inheritdoc IWitnessQuorum
    function successorOf(bytes32 logId) external view returns (bytes32 successorId) {
        return _successors[logId];
    }

    /// @dev The log, if it is registered and has not ended.
    function _open(bytes32 logId) internal view returns (Log storage log) {
        log = _logs[logId];
        if (log.submitter == address(0)) revert UnknownLog(logId);
        if (log.closed) revert LogClosed(logId, _successors[logId]);
    }

    /// @dev Who signed, if they are enough, different, and all of them witnesses. Signers and witnesses both rise,
    /// so one walk over the witnesses finds them all.
    function _quorum(bytes32 logId, bytes32 digest, bytes[] calldata signatures)
        internal
        view
        returns (address[] memory signers)
    {
        uint8 threshold = _logs[logId].threshold;
        uint256 count = signatures.length;
        if (threshold == 0) revert NoWitnesses(logId);
        if (count < threshold) revert BelowThreshold(logId, count, threshold);
        address[] storage witnesses = _witnesses[logId];
        uint256 most = witnesses.length;
        uint256 seen = 0;
        signers = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            address signer = Attestation.signer(digest, signatures[i]);
            if (signer == address(0)) revert InvalidSignature(i);
            if (i != 0 && signer <= signers[i - 1]) revert SignersNotRising(signers[i - 1], signer);
            while (seen < most && witnesses[seen] < signer) ++seen;
            if (seen == most || witnesses[seen] != signer) revert NotWitness(logId, signer);
            signers[i] = signer;
        }
    }

    function _setWitnesses(bytes32 logId, address[] calldata witnesses, uint8 threshold) private {
        uint256 count = witnesses.length;
        if (count > MOST_WITNESSES) revert TooManyWitnesses(count, MOST_WITNESSES);
        if (threshold == 0 || threshold > count) revert InvalidThreshold(threshold, count);
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            if (witnesses[i] <= previous) revert WitnessesNotRising(previous, witnesses[i]);
            previous = witnesses[i];
        }
        _witnesses[logId] = witnesses;
        _logs[logId].threshold = threshold;
    }
}
