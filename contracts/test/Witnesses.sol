// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Cheats} from "./Cheats.sol";

/// @title Witnesses with keys, and EIP-712 written out by hand
/// @dev Shares no code with Attestation.sol: types, domain and padding are spelled again, as the oracle.
library Witnesses {
    Cheats private constant vm = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// Keys of `count` witnesses, in the rising order of their addresses.
    function keys(uint256 salt, uint256 count) internal pure returns (uint256[] memory made) {
        made = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 key = uint256(keccak256(abi.encode("witness", salt, i))) >> 1;
            uint256 place = i;
            while (place > 0 && vm.addr(made[place - 1]) > vm.addr(key)) {
                made[place] = made[place - 1];
                --place;
            }
            made[place] = key;
        }
    }

    function addresses(uint256[] memory held) internal pure returns (address[] memory found) {
        found = new address[](held.length);
        for (uint256 i = 0; i < held.length; ++i) found[i] = vm.addr(held[i]);
    }

    /// Signatures of the first `count` keys from `start` on.
    function sign(uint256[] memory held, uint256 start, uint256 count, bytes32 digest)
        internal
        pure
        returns (bytes[] memory made)
    {
        made = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) made[i] = one(held[start + i], digest);
    }

    function one(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function checkpoint(address target, bytes32 logId, uint64 size, bytes32 root) internal view returns (bytes32) {
        bytes32 kind = keccak256("Checkpoint(bytes32 logId,uint64 size,bytes32 root)");
        return typed(target, keccak256(bytes.concat(kind, logId, bytes32(uint256(size)), root)));
    }

    function submitter(address target, bytes32 logId, address account, uint64 epoch)
        internal
        view
        returns (bytes32)
    {
        bytes32 kind = keccak256("SubmitterRotation(bytes32 logId,address submitter,uint64 epoch)");
        bytes32 who = bytes32(uint256(uint160(account)));
        return typed(target, keccak256(bytes.concat(kind, logId, who, bytes32(uint256(epoch)))));
    }

    function witnesses(address target, bytes32 logId, address[] memory all, uint8 threshold, uint64 epoch)
        internal
        view
        returns (bytes32)
    {
        bytes32 kind =
            keccak256("WitnessRotation(bytes32 logId,address[] witnesses,uint8 threshold,uint64 epoch)");
        bytes memory list;
        for (uint256 i = 0; i < all.length; ++i) list = bytes.concat(list, bytes32(uint256(uint160(all[i]))));
        bytes32 k = bytes32(uint256(threshold));
        return typed(target, keccak256(bytes.concat(kind, logId, keccak256(list), k, bytes32(uint256(epoch)))));
    }

    function succession(address target, bytes32 logId, bytes32 next, uint64 epoch) internal view returns (bytes32) {
        bytes32 kind = keccak256("Succession(bytes32 logId,bytes32 successorId,uint64 epoch)");
        return typed(target, keccak256(bytes.concat(kind, logId, next, bytes32(uint256(epoch)))));
    }

    function typed(address target, bytes32 statement) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            bytes.concat(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("ProofDocket EvidenceAnchor"),
                keccak256("1"),
                bytes32(block.chainid),
                bytes32(uint256(uint160(target)))
            )
        );
        return keccak256(bytes.concat(bytes2(0x1901), domain, statement));
    }
}
