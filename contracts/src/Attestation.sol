// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What witnesses sign
/// @notice EIP-712 digests of the four statements of a witness, and the strict recovery of a signer.
/// @dev Spec: docs/spec/anchor.md, "Attestations"; EIP-712, EIP-2 (low s). Vectors:
/// tests/vectors/anchor/attestations.json, which Python reads too. The domain names chain and contract, every
/// statement names its log, and whatever changes rights names its epoch: nothing can be replayed elsewhere.
library Attestation {
    bytes32 private constant DOMAIN_TYPE = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant NAME = keccak256("ProofDocket EvidenceAnchor");
    bytes32 private constant VERSION = keccak256("1");
    bytes32 private constant CHECKPOINT = keccak256("Checkpoint(bytes32 logId,uint64 size,bytes32 root)");
    bytes32 private constant SUBMITTER =
        keccak256("SubmitterRotation(bytes32 logId,address submitter,uint64 epoch)");
    bytes32 private constant WITNESSES =
        keccak256("WitnessRotation(bytes32 logId,address[] witnesses,uint8 threshold,uint64 epoch)");
    bytes32 private constant SUCCESSION =
        keccak256("Succession(bytes32 logId,bytes32 successorId,uint64 epoch)");
    uint256 private constant SIGNATURE_LENGTH = 65;
    /// @dev Half the order of secp256k1: of the two signatures (s and n - s) only the lower one counts.
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;
    uint8 private constant EVEN_Y = 27;
    uint8 private constant ODD_Y = 28;

    /// @notice The digest of "I saw this checkpoint of this log".
    /// @param logId The log.
    /// @param size Its tree size.
    /// @param root Its root hash.
    /// @return digest What is signed.
    function checkpoint(bytes32 logId, uint64 size, bytes32 root) internal view returns (bytes32 digest) {
        return _typed(keccak256(abi.encode(CHECKPOINT, logId, size, root)));
    }

    /// @notice The digest of "this account anchors the log from now on".
    /// @param logId The log.
    /// @param submitter The new submitter.
    /// @param epoch The log's epoch.
    /// @return digest What is signed.
    function submitterRotation(bytes32 logId, address submitter, uint64 epoch)
        internal
        view
        returns (bytes32 digest)
    {
        return _typed(keccak256(abi.encode(SUBMITTER, logId, submitter, epoch)));
    }

    /// @notice The digest of "these are the log's witnesses from now on".
    /// @param logId The log.
    /// @param witnesses The new witnesses, in order.
    /// @param threshold How many of them must sign.
    /// @param epoch The log's epoch.
    /// @return digest What is signed.
    function witnessRotation(bytes32 logId, address[] calldata witnesses, uint8 threshold, uint64 epoch)
        internal
        view
        returns (bytes32 digest)
    {
        // EIP-712: an array is the hash of its elements, each padded to a word, as encodePacked pads them.
        bytes32 all = keccak256(abi.encodePacked(witnesses));
        return _typed(keccak256(abi.encode(WITNESSES, logId, all, threshold, epoch)));
    }

    /// @notice The digest of "that log continues this one".
    /// @param logId The log that ends.
    /// @param successorId The log that continues it.
    /// @param epoch The epoch of the log that ends.
    /// @return digest What is signed.
    function succession(bytes32 logId, bytes32 successorId, uint64 epoch) internal view returns (bytes32 digest) {
        return _typed(keccak256(abi.encode(SUCCESSION, logId, successorId, epoch)));
    }

    /// @notice Who signed a digest.
    /// @param digest What was signed.
    /// @param signature r, s and v in 65 bytes.
    /// @return account The signer; zero unless the signature is in its one strict form.
    function signer(bytes32 digest, bytes calldata signature) internal pure returns (address account) {
        if (signature.length != SIGNATURE_LENGTH) return address(0);
        bytes32 s = bytes32(signature[32:64]);
        uint8 v = uint8(signature[64]);
        if (uint256(s) > HALF_ORDER || (v != EVEN_Y && v != ODD_Y)) return address(0);
        return ecrecover(digest, v, bytes32(signature[:32]), s);
    }

    /// @dev EIP-712: 0x1901, the domain separator, the hash of the statement. The domain is hashed anew each
    /// time: an immutable would make the runtime code differ per deployment, and a chain may be forked.
    function _typed(bytes32 statement) private view returns (bytes32 digest) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPE, NAME, VERSION, block.chainid, address(this)));
        return keccak256(abi.encodePacked(hex"1901", domain, statement));
    }
}
