// TON's virtual machine with real contracts, behind those calls of TON's HTTP API, version 2, that are made of it:
// `node toncenter.mjs PORT GLOBAL_ID`. A POST to /sandbox/NAME is what happens next on the chain, and makes one block.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { JettonMinter, JettonWallet, jettonWalletConfigToCell } from "@ton-community/assets-sdk";
import { Address, beginCell, Cell, SendMode, storeShardAccount, toNano } from "@ton/core";
import { Blockchain, createShardAccount } from "@ton/sandbox";
import * as wallets from "@ton/ton";

const [port, globalId] = process.argv.slice(2).map(Number);
const NOT_INITIALIZED = -13; // with what lite servers answer for a contract that there is not
const UNUSED = "-1"; // the balance that tonlib tells of an account that there is not
const at = (address) => Address.parse(address);
const bag = (cell) => cell.toBoc().toString("base64");
const hex = (value) => (value < 0n ? "-0x" + (-value).toString(16) : "0x" + value.toString(16));
const entry = ({ type, value, cell }) => (type === "int" ? ["num", hex(value)] : ["cell", { bytes: bag(cell) }]);
const CODES = { wallet: JettonWallet.code, minter: JettonMinter.code };

const chain = await Blockchain.create({ config: "slim" });
const payer = await chain.treasury("payer");
const blocks = [];
let shown; // the block that the machine is set to; none, while something happens

const happenings = {
  coins: ({ account, units }) =>
    payer.send({ to: at(account), value: BigInt(units), bounce: false, sendMode: SendMode.PAY_GAS_SEPARATELY }),
  jetton: async () => {
    const content = beginCell().storeUint(1, 8).storeStringTail(`jetton ${blocks.length}`).endCell();
    const minter = JettonMinter.createFromConfig({ admin: payer.address, content });
    await chain.openContract(minter).sendDeploy(payer.getSender(), toNano("0.1"));
    return minter.address;
  },
  mint: ({ master, owner, units }) =>
    chain
      .openContract(JettonMinter.createFromAddress(at(master)))
      .sendMint(payer.getSender(), at(owner), BigInt(units), { value: toNano("0.2") }),
  key: async ({ key, version }) => {
    const publicKey = Buffer.from(key, "hex");
    const { address, init } = wallets[`WalletContract${version}`].create({ workchain: 0, publicKey });
    await payer.send({ to: address, value: toNano("1"), init, bounce: false });
    return address;
  },
  // What no message does to these contracts: one whose code lets its owner change it could.
  replace: async ({ account, code, owner, master, units }) => {
    const data = jettonWalletConfigToCell({
      owner: at(owner),
      jettonMaster: at(master),
      jettonWalletCode: CODES.wallet,
      balance: BigInt(units),
    });
    const contract = { address: at(account), code: CODES[code], data, balance: toNano("1") };
    await chain.setShardAccount(contract.address, createShardAccount(contract));
  },
};

function makeBlock() {
  const state = chain.snapshot();
  const hash = createHash("sha256").update(blocks.at(-1)?.id.root_hash ?? "");
  for (const { account } of state.contracts) {
    hash.update(beginCell().store(storeShardAccount(account)).endCell().hash());
  }
  const root = hash.digest("base64");
  const id = {
    "@type": "ton.blockIdExt",
    workchain: -1,
    shard: "-9223372036854775808",
    seqno: blocks.length,
    root_hash: root,
    file_hash: createHash("sha256").update(root).digest("base64"),
  };
  blocks.push({ id, state, gen_utime: Math.floor(Date.now() / 1000) });
}

async function show(seqno) {
  const block = blocks[seqno];
  if (!block) throw new Error("LITE_SERVER_UNKNOWN: masterchain block is not known");
  if (shown !== block) await chain.loadFrom(block.state);
  return (shown = block);
}

const calls = {
  getMasterchainInfo: () => ({ "@type": "blocks.masterchainInfo", last: blocks.at(-1).id, init: blocks[0].id }),
  getBlockHeader: async ({ seqno }) => {
    const { id, gen_utime } = await show(seqno);
    return { id, global_id: globalId, gen_utime };
  },
  getAddressInformation: async ({ address, seqno }) => {
    const { id, gen_utime } = await show(seqno);
    const { account, lastTransactionLt, lastTransactionHash } = (await chain.getContract(at(address))).account;
    const { state, balance } = account?.storage ?? { state: { type: "uninit" }, balance: { coins: 0n } };
    const hash = Buffer.from(lastTransactionHash.toString(16).padStart(64, "0"), "hex").toString("base64");
    return {
      "@type": "raw.fullAccountState",
      block_id: id,
      sync_utime: gen_utime,
      balance: lastTransactionLt || balance.coins ? String(balance.coins) : UNUSED,
      state: state.type === "uninit" ? "uninitialized" : state.type,
      code: state.state?.code ? bag(state.state.code) : "",
      data: state.state?.data ? bag(state.state.data) : "",
      last_transaction_id: { lt: String(lastTransactionLt), hash },
    };
  },
  runGetMethod: async ({ address, method, stack, seqno }) => {
    const { id } = await show(seqno);
    const contract = await chain.getContract(at(address));
    if (contract.accountState?.type !== "active") {
      return { exit_code: NOT_INITIALIZED, stack: [], gas_used: 0, block_id: id };
    }
    const given = stack.map(([, cell]) => ({ type: "slice", cell: Cell.fromBase64(cell) }));
    try {
      const { exitCode, gasUsed, stack: told } = await contract.get(method, given);
      return { exit_code: exitCode, stack: told.map(entry), gas_used: Number(gasUsed), block_id: id };
    } catch (error) {
      if (!Number.isInteger(error.exitCode)) throw error;
      return { exit_code: error.exitCode, stack: [], gas_used: Number(error.gasUsed), block_id: id };
    }
  },
};

async function answer(path, asked) {
  const [, folder, name] = path.split("/");
  if (folder !== "sandbox") return calls[folder](asked);
  await show(blocks.length - 1);
  shown = null;
  const address = await happenings[name](asked);
  makeBlock();
  return address instanceof Address ? address.toString() : null;
}

makeBlock();
let last = Promise.resolve(); // requests in turn: there is one machine, which is set to the block of each
createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
  const body = Buffer.concat(await request.toArray()).toString();
  const asked = body ? JSON.parse(body) : Object.fromEntries(searchParams);
  const reply = (status, told) =>
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(told));
  last = last.then(() => answer(pathname, asked)).then(
    (result) => reply(200, { ok: true, result }),
    (error) => reply(500, { ok: false, error: error.message, code: 500 }),
  );
}).listen(port, "127.0.0.1");
