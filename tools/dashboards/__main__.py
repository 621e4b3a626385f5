"""Writes the dashboards anew."""

from tools.dashboards import DASHBOARDS, DIRECTORY, rendered

for name, board in DASHBOARDS.items():
    (DIRECTORY / name).write_text(rendered(board()), encoding="utf-8")
