"""What one asset of an exchange is made of, in coins and in dollars."""

from monitor.metrics import families
from tools.dashboards import looks
from tools.dashboards.frame import Part
from tools.dashboards.looks import BAD
from tools.dashboards.panels import Line, dashed, graph, number, stacked
from tools.dashboards.promql import ASSET, MONITOR, acting, highest, lowest, of, or_zero

_SAME_ASSET = "on (job, instance, exchange, asset) group_left ()"
_OWED = of(families.LIABILITIES, ASSET)


def coins() -> Part:
    ratio = of(families.RESERVE_RATIO, ASSET)
    unaddressed = of(families.RESERVES_UNADDRESSED, ASSET)
    return "Coins of $asset", [
        stacked(
            "Reserves by network and position",
            "Coins on the chosen basis in the last whole snapshot of each network, however old it is: those in "
            "wallets, and apart from them what stands for coins (staked, locked, lent, wrapped). A network without "
            "any has no area: then the height is not the sum.",
            [Line(_by_position(), "{{network}}: {{position}}")],
            looks.COINS,
        ),
        dashed(
            graph(
                "Reserves and liabilities",
                "The sum over all networks on every basis, only while all of them are whole and fresh (the ratio "
                "times what is owed), against what is owed. Reserves stated without addresses are part of the basis "
                "asserted only.",
                [
                    Line(lowest(f"{ratio} * {_SAME_ASSET} {_OWED}", "basis"), "reserves, {{basis}}"),
                    Line(highest(_OWED, "exchange"), "owed"),
                    Line(
                        or_zero(highest(unaddressed, "exchange"), highest(_OWED, "exchange"), "exchange"),
                        "stated without addresses",
                    ),
                ],
                looks.COINS,
            ),
            "owed",
            BAD,
        ),
    ]


def _by_position() -> str:
    """The positions on each network, and as one more of them the coins in wallets."""
    network = "job, instance, network"
    held = of(families.RESERVES, ASSET, 'basis="$basis"')
    positions = of(families.RESERVES_POSITIONS, ASSET, 'basis="$basis"')
    less = f"{held} - on ({network}) sum by ({network}) ({positions})"
    in_wallets = highest(f"{less} or on ({network}) {held}", "network")
    named = f'label_replace({in_wallets}, "position", "in wallets", "", "")'
    return f"{highest(positions, 'network, position')} or {named}"


def dollars() -> Part:
    price = of(families.PRICE_USD, MONITOR, 'asset="$asset"')
    told = of(families.PRICE_TIMESTAMP, MONITOR, 'asset="$asset"')
    held = lowest(acting(of(families.RESERVES_USD, ASSET)))
    owed = highest(of(families.LIABILITIES_USD, ASSET))
    source = "By a feed at the block of a snapshot, or by a file."
    certain = "What is known for certain to be held on the acting basis."
    return "$asset in US dollars", [
        number("Price of one coin (USD)", source, f"max({price})", looks.DOLLARS, width=6),
        number("Price told", "When its source set the price.", f"1000 * min({told})", looks.AGO, width=6),
        number("Held at least (USD)", certain, held, looks.DOLLARS, width=6),
        number("Owed (USD)", "The published total owed.", owed, looks.DOLLARS, width=6),
        dashed(
            graph(
                "Held and owed (USD)",
                "What is known for certain to be held on every basis, and what is owed, at the price of the moment. "
                "Dollars decide no ratio and no alert. A gap is a time without a price.",
                [
                    Line(lowest(of(families.RESERVES_USD, ASSET), "basis"), "held at least, {{basis}}"),
                    Line(highest(of(families.LIABILITIES_USD, ASSET), "exchange"), "owed"),
                ],
                looks.DOLLARS,
            ),
            "owed",
            BAD,
        ).no_value("No price is known"),
        graph(
            "Price over time (USD)",
            "Of one coin. A gap is a time in which no source could be relied on.",
            [Line(highest(price, "asset"), "{{asset}}")],
            looks.DOLLARS,
        ).no_value("No price is known"),
    ]
