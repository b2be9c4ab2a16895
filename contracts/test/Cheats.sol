// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The part of forge's cheat codes that our tests use
interface Cheats {
    function prank(address sender) external;
    function expectRevert(bytes calldata data) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function chainId(uint256 id) external;
    function assume(bool condition) external pure;
    function addr(uint256 key) external pure returns (address account);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
}

/// @title What a test contract needs
/// @dev forge-std is not on npm under its maintainers' name, and this is all of it that we need.
abstract contract Test {
    Cheats internal constant vm = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));

    error Unequal(bytes32 left, bytes32 right, string what);

    function assertTrue(bool condition, string memory what) internal pure {
        require(condition, what);
    }

    function assertEq(bytes32 left, bytes32 right, string memory what) internal pure {
        if (left != right) revert Unequal(left, right, what);
    }

    function assertEq(uint256 left, uint256 right, string memory what) internal pure {
        if (left != right) revert Unequal(bytes32(left), bytes32(right), what);
    }

    function assertEq(address left, address right, string memory what) internal pure {
        assertEq(uint160(left), uint160(right), what);
    }

    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + (value % (high - low + 1));
    }
}
