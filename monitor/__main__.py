"""`python -m monitor …` is `reserve-monitor …`."""

from monitor.cli import main

if __name__ == "__main__":
    main()
