// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The registry of lodged packages
/// @notice Records that a filer lodged a package with a court, and what that court answered from its
/// own address.
/// @dev Spec: docs/spec/anchor.md. An address is only as good as the reader's reason to believe whose it
/// is: courts' addresses come from the reader's trust file, never from this contract.
interface IFilingRegistry {
    /// @notice A package was lodged.
    /// @param filingId The name of the filing; see `filingIdOf`.
    /// @param filer Who lodged it.
    /// @param court The address that may answer.
    /// @param packageDigest SHA-256 of the lodged package.
    event Lodged(bytes32 indexed filingId, address indexed filer, address indexed court, bytes32 packageDigest);

    /// @notice The court answered.
    /// @param filingId The filing.
    /// @param court The court's address.
    /// @param decision 1 accepted, 2 accepted in part, 3 returned.
    /// @param detailDigest SHA-256 of the court's reasons (defect list or acceptance notice); may be zero.
    event Answered(bytes32 indexed filingId, address indexed court, uint8 decision, bytes32 detailDigest);

    /// @notice A package digest must not be zero.
    error ZeroDigest();

    /// @notice A filing must name a court.
    error ZeroCourt();

    /// @notice This filer lodged this package with this court before.
    /// @param filingId The filing that stands.
    error AlreadyLodged(bytes32 filingId);

    /// @notice No such filing was lodged.
    /// @param filingId The name that was given.
    error UnknownFiling(bytes32 filingId);

    /// @notice Only the court that a package was lodged with may answer.
    /// @param filingId The filing.
    /// @param caller Who tried.
    /// @param court Who may.
    error NotCourt(bytes32 filingId, address caller, address court);

    /// @notice A decision is 1 (accepted), 2 (accepted in part) or 3 (returned).
    /// @param decision The number that was given.
    error InvalidDecision(uint8 decision);

    /// @notice The court has answered; a returned package is mended and lodged anew, as another package.
    /// @param filingId The filing.
    /// @param decision The answer that stands.
    error AlreadyAnswered(bytes32 filingId, uint8 decision);

    /// @notice Record that the caller lodged a package with a court.
    /// @param packageDigest SHA-256 of the package.
    /// @param court The address that may answer.
    /// @return filingId The name of the filing.
    function lodge(bytes32 packageDigest, address court) external returns (bytes32 filingId);

    /// @notice Record the court's answer; the caller must be that court.
    /// @param filingId The filing.
    /// @param decision 1 accepted, 2 accepted in part, 3 returned.
    /// @param detailDigest SHA-256 of the court's reasons; zero when there are none.
    function answer(bytes32 filingId, uint8 decision, bytes32 detailDigest) external;

    /// @notice A filing as it stands.
    /// @param filingId The filing.
    /// @return packageDigest SHA-256 of the package; zero when there is no such filing.
    /// @return filer Who lodged it.
    /// @return court Who may answer.
    /// @return decision 0 not answered, 1 accepted, 2 accepted in part, 3 returned.
    /// @return detailDigest SHA-256 of the court's reasons.
    function filing(bytes32 filingId)
        external
        view
        returns (bytes32 packageDigest, address filer, address court, uint8 decision, bytes32 detailDigest);

    /// @notice What `lodge` would call, or has called, a filing.
    /// @dev keccak256(abi.encode("proofdocket/filing/v1", packageDigest, court, filer, block.chainid,
    /// address(this))).
    /// @param packageDigest SHA-256 of the package.
    /// @param court The court's address.
    /// @param filer Who lodges it.
    /// @return filingId The name of the filing.
    function filingIdOf(bytes32 packageDigest, address court, address filer)
        external
        view
        returns (bytes32 filingId);
}
