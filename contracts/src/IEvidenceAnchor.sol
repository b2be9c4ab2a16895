// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The anchor of evidence logs
/// @notice Holds the growing heads of append-only logs (RFC 9162 trees) and refuses any head that
/// does not extend the one before it.
/// @dev Spec: docs/spec/anchor.md. Nobody owns this contract; it can be neither paused nor replaced.
/// What it proves: every stored root extends the root stored before it. What it does not prove: that
/// a tree really has the size it was anchored with, because an RFC 9162 root does not commit to its
/// size. Readers compare size *and* root with the signed checkpoint.
interface IEvidenceAnchor {
    /// @notice A log was registered by the account that will anchor it.
    /// @param logId What the log is called from now on; see `logIdOf`.
    /// @param origin The C2SP origin line of the log's checkpoints.
    /// @param logKey The log's raw Ed25519 public key, 32 bytes.
    /// @param submitter The only account that may anchor this log, until its witnesses name another.
    event LogRegistered(bytes32 indexed logId, string origin, bytes logKey, address submitter);

    /// @notice A new head was proven to extend the one before it and was stored.
    /// @param logId The log.
    /// @param size The size that the submitter claims for the new tree.
    /// @param root The root hash of the new tree.
    /// @param previousSize The size of the head that the new one extends; 0 for the first anchor.
    event Anchored(bytes32 indexed logId, uint64 indexed size, bytes32 root, uint64 previousSize);

    /// @notice An origin must not be empty.
    error EmptyOrigin();

    /// @notice A log key must be a raw Ed25519 public key of 32 bytes.
    /// @param length The length that was given.
    error InvalidLogKey(uint256 length);

    /// @notice This account has registered this origin and key before.
    /// @param logId The log that stands registered.
    error AlreadyRegistered(bytes32 logId);

    /// @notice No log of this name was registered.
    /// @param logId The name that was given.
    error UnknownLog(bytes32 logId);

    /// @notice Only a log's submitter may do this.
    /// @param logId The log.
    /// @param caller Who tried.
    /// @param submitter Who may.
    error NotSubmitter(bytes32 logId, address caller, address submitter);

    /// @notice A log only grows.
    /// @param logId The log.
    /// @param size The size that was offered.
    /// @param headSize The size that is anchored already.
    error NotGrowing(bytes32 logId, uint64 size, uint64 headSize);

    /// @notice The all-zero root stands for "nothing anchored" and can be no tree.
    /// @param logId The log.
    /// @param size The size it was offered for.
    error ZeroRoot(bytes32 logId, uint64 size);

    /// @notice The proof does not show that the new tree extends the anchored one: a fork, or a wrong proof.
    /// @param logId The log.
    /// @param headSize The anchored size; 0 when this would be the first anchor.
    /// @param headRoot The anchored root.
    /// @param size The size that was offered.
    /// @param root The root that was offered.
    error Inconsistent(bytes32 logId, uint64 headSize, bytes32 headRoot, uint64 size, bytes32 root);

    /// @notice Nothing was anchored for this log at this size.
    /// @param logId The log.
    /// @param size The size that was asked for.
    error NotAnchored(bytes32 logId, uint64 size);

    /// @notice Register a log; the caller becomes its only submitter.
    /// @dev Witnesses are enrolled apart: see IWitnessQuorum.
    /// @param origin The C2SP origin line of the log's checkpoints.
    /// @param logKey The log's raw Ed25519 public key, 32 bytes.
    /// @return logId The name of the log on this contract.
    function register(string calldata origin, bytes calldata logKey) external returns (bytes32 logId);

    /// @notice Store a new head of a log after proving that it extends the stored one.
    /// @param logId The log.
    /// @param size The size of the new tree; larger than the stored one.
    /// @param root The root hash of the new tree.
    /// @param proof The RFC 9162 2.1.4 consistency proof from the stored head to the new one; empty for
    /// the first anchor, which has nothing to extend.
    function anchor(bytes32 logId, uint64 size, bytes32 root, bytes32[] calldata proof) external;

    /// @notice The same for a log that has witnesses: k of them signed this very head.
    /// @param logId The log.
    /// @param size The size of the new tree; larger than the stored one.
    /// @param root The root hash of the new tree.
    /// @param proof The consistency proof, as for `anchor`.
    /// @param signatures Signatures over Checkpoint(bytes32 logId,uint64 size,bytes32 root), see IWitnessQuorum.
    function anchorAttested(
        bytes32 logId,
        uint64 size,
        bytes32 root,
        bytes32[] calldata proof,
        bytes[] calldata signatures
    ) external;

    /// @notice The newest anchored head of a log.
    /// @param logId The log.
    /// @return size Its size; 0 when nothing was anchored yet.
    /// @return root Its root hash; zero when nothing was anchored yet.
    function head(bytes32 logId) external view returns (uint64 size, bytes32 root);

    /// @notice The root that was anchored for a log at a size, from current state.
    /// @param logId The log.
    /// @param size A size that was anchored.
    /// @return root The root hash; zero when nothing was anchored at that size.
    function rootAt(bytes32 logId, uint64 size) external view returns (bytes32 root);

    /// @notice The account that may anchor a log now.
    /// @param logId The log.
    /// @return submitter The account; zero when the log is not registered.
    function submitterOf(bytes32 logId) external view returns (address submitter);

    /// @notice The account that registered a log, which its name binds; it stays when the submitter is rotated.
    /// @param logId The log.
    /// @return registrant The account; zero when the log is not registered.
    function registrantOf(bytes32 logId) external view returns (address registrant);

    /// @notice What `register` would call, or has called, a log.
    /// @dev keccak256(abi.encode("proofdocket/log/v1", keccak256(bytes(origin)), keccak256(logKey),
    /// block.chainid, address(this), submitter)): a name is worth nothing on another chain or contract.
    /// @param origin The C2SP origin line of the log's checkpoints.
    /// @param logKey The log's raw Ed25519 public key.
    /// @param submitter The account that registers it.
    /// @return logId The name of the log.
    function logIdOf(string calldata origin, bytes calldata logKey, address submitter)
        external
        view
        returns (bytes32 logId);

    /// @notice Whether a leaf is in the tree that was anchored at a size (RFC 9162 2.1.3.2).
    /// @param logId The log.
    /// @param size A size that was anchored.
    /// @param index The position of the leaf, from 0.
    /// @param leafHash The leaf hash: SHA-256 of 0x00 and the leaf.
    /// @param proof The inclusion proof.
    /// @return included True when the proof leads from the leaf to the anchored root.
    function includes(bytes32 logId, uint64 size, uint64 index, bytes32 leafHash, bytes32[] calldata proof)
        external
        view
        returns (bool included);
}
