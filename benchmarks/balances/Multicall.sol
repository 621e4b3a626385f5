// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The functions of Multicall3 that the monitor calls
/// @notice Put at Multicall3's address on a local chain, it answers as the deployed contract does.
contract Multicall {
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    error CallFailed(uint256 index);

    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory results) {
        results = new Result[](calls.length);
        for (uint256 index; index < calls.length; ++index) {
            Call3 calldata each = calls[index];
            (bool success, bytes memory returned) = each.target.call(each.callData);
            if (!success && !each.allowFailure) revert CallFailed(index);
            results[index] = Result(success, returned);
        }
    }

    function getEthBalance(address account) external view returns (uint256) {
        return account.balance;
    }

    function getChainId() external view returns (uint256) {
        return block.chainid;
    }

    function getBlockNumber() external view returns (uint256) {
        return block.number;
    }

    function getLastBlockHash() external view returns (bytes32) {
        unchecked {
            return blockhash(block.number - 1);
        }
    }
}
