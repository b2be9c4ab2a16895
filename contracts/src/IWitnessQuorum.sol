// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The witnesses of a log, and what they may change
/// @notice A log may name witnesses and a threshold, once. From then on k of them must attest every anchor, and
/// k of them, and nobody else, may give the log another submitter, other witnesses, or a successor.
/// @dev Spec: docs/spec/anchor.md, "Attestations" and "Rotation". Signatures are EIP-712 over statements of this
/// chain and contract; each is 65 bytes (r, s, v), s in the lower half, v 27 or 28, and they come in the rising
/// order of their signers' addresses. Accounts without a private key (ERC-1271) cannot attest. Every change raises
/// the log's epoch, which the statements name, so none can be used twice; and every change leaves an event.
interface IWitnessQuorum {
    /// @notice A log's submitter named its witnesses: anchors need their attestation from now on.
    /// @param logId The log.
    /// @param witnesses The witnesses, in rising order.
    /// @param threshold How many of them must sign.
    event WitnessesEnrolled(bytes32 indexed logId, address[] witnesses, uint8 threshold);

    /// @notice k witnesses attested a checkpoint that was anchored.
    /// @param logId The log.
    /// @param size The anchored size.
    /// @param signers Who signed.
    event Attested(bytes32 indexed logId, uint64 indexed size, address[] signers);

    /// @notice The witnesses gave a log another submitter.
    /// @param logId The log.
    /// @param previous Who could anchor until now.
    /// @param submitter Who can from now on.
    /// @param epoch The epoch that this statement used up.
    /// @param signers Who signed.
    event SubmitterRotated(
        bytes32 indexed logId,
        address indexed previous,
        address indexed submitter,
        uint64 epoch,
        address[] signers
    );

    /// @notice The witnesses of a log were replaced by a quorum of themselves.
    /// @param logId The log.
    /// @param witnesses The new witnesses, in rising order.
    /// @param threshold How many of them must sign.
    /// @param epoch The epoch that this statement used up.
    /// @param signers Who signed.
    event WitnessesRotated(
        bytes32 indexed logId,
        address[] witnesses,
        uint8 threshold,
        uint64 epoch,
        address[] signers
    );

    /// @notice A log ended, and another goes on from its head.
    /// @param logId The log that ended.
    /// @param successorId The log that continues it.
    /// @param size The head that the successor must extend.
    /// @param root The root of that head.
    /// @param signers Who signed; empty for a log without witnesses, whose submitter decides.
    event SuccessorNamed(
        bytes32 indexed logId,
        bytes32 indexed successorId,
        uint64 size,
        bytes32 root,
        address[] signers
    );

    /// @notice The log has witnesses already; only they can change them.
    /// @param logId The log.
    /// @param threshold How many must sign.
    error AlreadyEnrolled(bytes32 logId, uint8 threshold);

    /// @notice The log has no witnesses who could attest or rotate anything.
    /// @param logId The log.
    error NoWitnesses(bytes32 logId);

    /// @notice The log has witnesses: an anchor needs their attestation.
    /// @param logId The log.
    /// @param threshold How many must sign.
    error AttestationRequired(bytes32 logId, uint8 threshold);

    /// @notice Fewer signatures than the threshold.
    /// @param logId The log.
    /// @param given How many were given.
    /// @param threshold How many must be.
    error BelowThreshold(bytes32 logId, uint256 given, uint8 threshold);

    /// @notice A signature is not in its one strict form (65 bytes, low s, v 27 or 28), or recovers to nobody.
    /// @param position Its position among the signatures, from 0.
    error InvalidSignature(uint256 position);

    /// @notice Signers must rise, so that nobody counts twice.
    /// @param previous The signer before.
    /// @param signer The signer who is not above it.
    error SignersNotRising(address previous, address signer);

    /// @notice Somebody signed who is no witness of the log, or signed something else.
    /// @param logId The log.
    /// @param signer Who the signature recovers to.
    error NotWitness(bytes32 logId, address signer);

    /// @notice A threshold is at least 1 and at most the number of witnesses.
    /// @param threshold The threshold that was given.
    /// @param witnesses The number of witnesses that were given.
    error InvalidThreshold(uint8 threshold, uint256 witnesses);

    /// @notice Witnesses must be different, none of them zero, and in rising order.
    /// @param previous The witness before; zero before the first.
    /// @param witness The witness who is not above it.
    error WitnessesNotRising(address previous, address witness);

    /// @notice More witnesses than the contract can count cheaply.
    /// @param given How many were given.
    /// @param most How many there may be.
    error TooManyWitnesses(uint256 given, uint256 most);

    /// @notice A log cannot be given to the zero address.
    /// @param logId The log.
    error ZeroSubmitter(bytes32 logId);

    /// @notice The log ended and has a successor.
    /// @param logId The log.
    /// @param successorId The log that continues it.
    error LogClosed(bytes32 logId, bytes32 successorId);

    /// @notice A successor must be another log that holds nothing yet.
    /// @param successorId The log that was to continue.
    /// @param size The size it is anchored at.
    error SuccessorInUse(bytes32 successorId, uint64 size);

    /// @notice Name the witnesses of a log, once; only its submitter may.
    /// @param logId The log.
    /// @param witnesses The witnesses, in rising order; at most 32.
    /// @param threshold How many of them must sign.
    function enrolWitnesses(bytes32 logId, address[] calldata witnesses, uint8 threshold) external;

    /// @notice Give a log another submitter: the answer to a lost or stolen key. Anybody may send it.
    /// @param logId The log.
    /// @param submitter The new submitter.
    /// @param signatures Signatures over SubmitterRotation(bytes32 logId,address submitter,uint64 epoch).
    function rotateSubmitter(bytes32 logId, address submitter, bytes[] calldata signatures) external;

    /// @notice Replace the witnesses of a log. Anybody may send it.
    /// @param logId The log.
    /// @param witnesses The new witnesses, in rising order; at most 32.
    /// @param threshold How many of them must sign from now on.
    /// @param signatures Signatures of the *present* witnesses over WitnessRotation(bytes32 logId,address[]
    /// witnesses,uint8 threshold,uint64 epoch).
    function rotateWitnesses(
        bytes32 logId,
        address[] calldata witnesses,
        uint8 threshold,
        bytes[] calldata signatures
    ) external;

    /// @notice End a log and let another go on from its head: the answer to a lost or stolen *log* key.
    /// @dev The caller is the successor's submitter. The successor takes over head and witnesses, and its first
    /// anchor must extend that head.
    /// @param logId The log that ends.
    /// @param successorId A registered log that holds nothing yet.
    /// @param signatures Signatures over Succession(bytes32 logId,bytes32 successorId,uint64 epoch); none for a
    /// log without witnesses, whose submitter must be the caller.
    function nameSuccessor(bytes32 logId, bytes32 successorId, bytes[] calldata signatures) external;

    /// @notice The witnesses of a log.
    /// @param logId The log.
    /// @return witnesses The witnesses, in rising order; empty when it has none.
    /// @return threshold How many of them must sign; 0 when it has none.
    function witnessesOf(bytes32 logId) external view returns (address[] memory witnesses, uint8 threshold);

    /// @notice How many changes of rights a log has seen; the next statement names this number.
    /// @param logId The log.
    /// @return epoch The number.
    function epochOf(bytes32 logId) external view returns (uint64 epoch);

    /// @notice The log that continues an ended one.
    /// @param logId The log.
    /// @return successorId The log that continues it; zero while it has not ended.
    function successorOf(bytes32 logId) external view returns (bytes32 successorId);
}
