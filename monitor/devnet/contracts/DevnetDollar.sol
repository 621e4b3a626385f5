// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The dollar token of the devnet
/// @notice Its code is put at the address that the real token has on the real chain, so that a list of real accounts
/// and the registry of real contracts hold there as well. It moves balances as ERC-20 says; nothing else of the real
/// token is here, and anybody may issue: the chain is a local one.
/// @dev Code that is put in place runs no constructor: there is none, and nothing is immutable.
contract DevnetDollar {
    uint8 public constant decimals = 6;
    uint256 public totalSupply;
    mapping(address account => uint256) public balanceOf;

    event Transfer(address indexed from, address indexed to, uint256 value);

    error InsufficientBalance(address account, uint256 balance, uint256 needed);

    function issue(address to, uint256 value) external {
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        uint256 balance = balanceOf[msg.sender];
        if (balance < value) revert InsufficientBalance(msg.sender, balance, value);
        balanceOf[msg.sender] = balance - value;
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
