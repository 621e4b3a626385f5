"""Prints, as a Markdown table, how much of each room the tests have run: `make coverage`."""

from collections import Counter
from pathlib import Path

from coverage import Coverage


def main() -> None:
    """Print statements, those that no test ran, and the share that one did, by room and for all."""
    measured = Coverage()
    measured.load()
    data = measured.get_data()
    statements: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for file in data.measured_files():
        room = Path(file).relative_to(Path.cwd() / "monitor").parts[0]
        _, lines, _, missing, _ = measured.analysis2(file)
        for name in (room, "all"):
            statements[name] += len(lines)
            missed[name] += len(missing)
    print("| room | statements | not run by any test | run |\n|---|---|---|---|")
    for name in sorted(statements, key=lambda name: (name == "all", name)):
        share = 1 - missed[name] / statements[name] if statements[name] else 1
        print(f"| {name} | {statements[name]} | {missed[name]} | {share:.1%} |")


if __name__ == "__main__":
    main()
