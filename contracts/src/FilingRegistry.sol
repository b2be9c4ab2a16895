// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFilingRegistry} from "./IFilingRegistry.sol";

/// @title The registry of lodged packages
/// @notice See the interface.
/// @dev Spec: docs/spec/anchor.md. No owner, no proxy, no pause; an answer is given once.
contract FilingRegistry is IFilingRegistry {
    /// @dev One lodged package; court and decision share a slot.
    struct Filing {
        bytes32 packageDigest;
        address filer;
        address court;
        uint8 decision;
        bytes32 detailDigest;
    }

    /// @dev Names this derivation; a different one gets a different tag.
    string private constant FILING_TAG = "proofdocket/filing/v1";
    uint8 private constant ACCEPTED = 1;
    uint8 private constant RETURNED = 3;

    mapping(bytes32 filingId => Filing filing) private _filings;

    /// @inheritdoc IFilingRegistry
    function lodge(bytes32 packageDigest, address court) external returns (bytes32 filingId) {
        if (packageDigest == bytes32(0)) revert ZeroDigest();
        if (court == address(0)) revert ZeroCourt();
        filingId = filingIdOf(packageDigest, court, msg.sender);
        Filing storage entry = _filings[filingId];
        if (entry.filer != address(0)) revert AlreadyLodged(filingId);
        entry.packageDigest = packageDigest;
        entry.filer = msg.sender;
        entry.court = court;
        emit Lodged(filingId, msg.sender, court, packageDigest);
    }

    /// @inheritdoc IFilingRegistry
    function answer(bytes32 filingId, uint8 decision, bytes32 detailDigest) external {
        Filing storage entry = _filings[filingId];
        address court = entry.court;
        uint8 standing = entry.decision;
        if (court == address(0)) revert UnknownFiling(filingId);
        if (msg.sender != court) revert NotCourt(filingId, msg.sender, court);
        if (decision < ACCEPTED || decision > RETURNED) revert InvalidDecision(decision);
        if (standing != 0) revert AlreadyAnswered(filingId, standing);
        entry.decision = decision;
        entry.detailDigest = detailDigest;
        emit Answered(filingId, court, decision, detailDigest);
    }

    /// @inheritdoc IFilingRegistry
    function filing(bytes32 filingId)
        external
        view
        returns (bytes32 packageDigest, address filer, address court, uint8 decision, bytes32 detailDigest)
    {
        Filing storage entry = _filings[filingId];
        return (entry.packageDigest, entry.filer, entry.court, entry.decision, entry.detailDigest);
    }

    /// @inheritdoc IFilingRegistry
    function filingIdOf(bytes32 packageDigest, address court, address filer)
        public
        view
        returns (bytes32 filingId)
    {
        return keccak256(abi.encode(FILING_TAG, packageDigest, court, filer, block.chainid, address(this)));
    }
}
