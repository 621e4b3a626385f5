// One node of Conflux' own, of a chain that has the main net's id and makes an epoch each 100 ms.
// node conflux.mjs WHERE-IT-IS-INSTALLED PORT PEERS-PORT DATA-FOLDER SECRET-KEY-WITH-10000-CFX

import { createRequire } from "node:module";

const [installed, port, peers, folder, key] = process.argv.slice(2);
const { createServer } = createRequire(installed + "/")("@xcfx/node");
const server = await createServer({
  chainId: 1029,
  evmChainId: 1030,
  jsonrpcLocalHttpPort: Number(port), // on 127.0.0.1, where the "public" port is on all addresses
  tcpPort: Number(peers), // on all addresses, and nothing says otherwise
  udpPort: Number(peers),
  confluxDataDir: folder,
  devBlockIntervalMs: 100,
  genesisSecrets: [key],
  logLevel: "error",
});
await server.start();
setInterval(() => {}, 1 << 30); // it runs in threads that Node does not wait for
