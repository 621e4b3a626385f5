"""What is secret of a configuration: credentials, keys in URLs and headers; names and hosts are not."""

from base64 import b64encode

import pytest

from monitor.formats import Secrets
from monitor.settings import mask_source, mask_url, masked, parse, secrets_in, secrets_of

CONFIGURATION = """
exchanges:
  okx:
    title: Oak Exchange
    wallets: {source: "https://alice:wonder42@por.example/d/x9f3a71b/list.csv?token=t0k3nt0k3n"}
    liabilities:
      source: "https://por.example/proof-of-reserves/2025-01/report.json"
      proof: {source: "https://p.example/a1b2c3d4e5/p.zip"}
networks:
  ethereum:
    read_by: eastern
    endpoints:
      - url: "https://eth.example/v2/shortkey"
        headers: {Authorization: "Bearer tok-en-0001", X-Api-Key: hdrkey99, Accept: application/json}
      - {name: second, url: "https://bob:s%C3%A9cret@node.example/rpc/mainnet/KEY"}
      - name: third
        url: "https://archive-node.example/archive-node"
        headers: {Authorization: "Basic Y2Fyb2w6cGFzc2NhcnJ5"}
  bitcoin: {endpoints: [{protocol: bitcoind, url: "http://127.0.0.1:8332", user: devnet, password: bitcoin}]}
store: {url: "postgresql+asyncpg://eastern:dbpass77@db.example/history"}
web: {runbook_url: "https://docs.example/alerts/{alert}"}
"""
SETTINGS = parse(CONFIGURATION, "test.yaml", {})


@pytest.mark.parametrize(
    "secret",
    [
        *(
            "wonder42",
            "x9f3a71b",
            "t0k3nt0k3n",
            "a1b2c3d4e5",
            "shortkey",
            "tok-en-0001",
            "hdrkey99",
            "sécret",
            "s%C3%A9cret",
        ),
        *(
            "/KEY",
            "carol:passcarry",
            "passcarry",
            "Y2Fyb2w6cGFzc2NhcnJ5",
            "dbpass77",
            "alice:wonder42",
            "devnet:bitcoin",
        ),
        b64encode(b"devnet:bitcoin").decode(),
        b64encode(b"alice:wonder42").decode(),
    ],
)
def test_every_secret_is_masked_in_a_sentence_and_not_in_the_configuration(secret: str) -> None:
    secrets = Secrets()
    secrets.add(secrets_of(SETTINGS))
    assert secret not in secrets.mask(
        f"the node said: POST /v9{secret if secret[0] == '/' else ' ' + secret} is refused"
    )
    assert secret not in str(masked(SETTINGS))


@pytest.mark.parametrize(
    "sentence",
    [
        "ethereum: https://eth.example/v2 has no state of block 1234; ask archive-node.example, okx or Oak Exchange",
        "bitcoin is 3 blocks behind",
        "reader eastern: none is running",
        "https://por.example/proof-of-reserves/2025-01/report.json of application/json",
        "https://docs.example/alerts/PorListRefused",
    ],
)
def test_ordinary_text_and_names_stay_readable(sentence: str) -> None:
    secrets = Secrets()
    secrets.add(secrets_of(SETTINGS))
    assert secrets.mask(sentence) == sentence


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:pw@node/v3/0123456789abcdef?key=v", "https://***@node/v3/***?key=***"),
        ("https://node/v2/KEY", "https://node/v2/***"),
        ("https://node/KEY/", "https://node/***/"),
        ("https://node?KEY", "https://node?***"),
        ("https://api.avax.network/ext/bc/C/rpc", "https://api.avax.network/ext/bc/C/rpc"),
        ("https://blockstream.info/api", "https://blockstream.info/api"),
        ("https://rpc.example/eth/56/v1.2", "https://rpc.example/eth/56/v1.2"),
        ("tcp://electrum.example:50001", "tcp://electrum.example:50001"),
        ("http://user:pa/ss@host/x", "http://***"),
        ("sqlite+aiosqlite:///var/reserve-monitor.db", "sqlite+aiosqlite:///var/reserve-monitor.db"),
        ("postgresql+asyncpg://u:p@h/db", "postgresql+asyncpg://***@h/db"),
    ],
)
def test_of_an_endpoint_the_host_and_common_words_are_shown(url: str, shown: str) -> None:
    assert mask_url(url) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("lists/wallets?.csv", "lists/wallets?.csv"),
        ("https://www.okx.com/proof-of-reserves/download", "https://www.okx.com/proof-of-reserves/download"),
        (
            "https://x.example/okx/PoR/main/okx_por_20250101.csv.zip",
            "https://x.example/okx/***/main/okx_por_20250101.csv.zip",
        ),
        ("https://x.example/v2/KEY/list.csv", "https://x.example/v2/***/list.csv"),
        ("https://u:p@x.example/d/1a2b3c/list.csv?sig=abc&KEY", "https://***@x.example/d/***/list.csv?sig=***&***"),
        ("https://x.example/s/hunter2", "https://x.example/s/***"),
    ],
)
def test_of_a_document_names_of_directories_and_files_are_shown(source: str, shown: str) -> None:
    assert mask_source(source) == shown


def test_what_is_named_on_the_command_line_has_secrets_too() -> None:
    assert {"hunter2", "alice:hunter2", "swordfish"} <= secrets_in(
        "https://alice:hunter2@x.example/list.csv?t=swordfish"
    )
    assert not secrets_in("lists/wallets.csv")


@pytest.mark.parametrize(
    ("url", "secret", "open_"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#alerts", "TIiajkdnlazkcOXrIdevi7FQ", "alerts"),
        ("tgram://123456789:AAabcdefghijklmnopqrstuvwxyz123456/12315544/", "AAabcdefghijklmnopqrstuvwxyz123456", ""),
        ("pagerduty://0123456789abcdef@a1b2c3d4e5f6/monitor", "a1b2c3d4e5f6", "monitor"),
        ("mailtos://robot:opensesame@mail.example.com?to=ops", "opensesame", "mail.example.com"),
        ("jsons://hooks.example.com/hook/q9w8e7r6t5?key=x7y8z9w0", "q9w8e7r6t5", "hooks.example.com"),
        ("jsons://hooks.example.com/hook/q9w8e7r6t5?key=x7y8z9w0", "x7y8z9w0", "hooks.example.com"),
        ("ntfys://p%C3%A9nguin1984x/", "pénguin1984x", ""),
    ],
)
def test_whatever_may_be_a_key_in_a_channels_url_is_masked_and_words_are_not(url: str, secret: str, open_: str) -> None:
    settings = parse(f"{CONFIGURATION}\nnotify: [{{url: '{url}'}}]", "test.yaml", {})
    secrets = Secrets()
    secrets.add(secrets_of(settings))
    told = secrets.mask(f"HTTP 403 for {url} with {secret}; {open_} is not asked")
    assert secret not in told
    assert f"; {open_} is not asked" in told
    (channel,) = masked(settings)["notify"]
    assert channel["url"] == f"{url.partition('://')[0]}://***"


@pytest.mark.parametrize("end", ["", "/"])
def test_the_server_of_a_channel_alone_is_no_secret_and_its_address_may_be_linked(end: str) -> None:
    settings = parse(f"{CONFIGURATION}\nnotify: [{{url: 'json://127.0.0.1:8025{end}'}}]", "test.yaml", {})
    assert not any("127.0.0.1:8025" in secret for secret in secrets_of(settings))
    keyed = parse(f"{CONFIGURATION}\nnotify: [{{url: 'json://127.0.0.1:8025/0123456789abcdef'}}]", "test.yaml", {})
    assert {"127.0.0.1:8025/0123456789abcdef", "0123456789abcdef"} <= secrets_of(keyed)
