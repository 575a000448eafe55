"""A report of runs as one page that opens without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.html_page import format_html_page, read_page_file
from gitexp.render.plotly_page import FIGURE_SCRIPTS
from gitexp.render.report_values import embed_report

if TYPE_CHECKING:
    from gitexp.model.report import Report

_SCRIPTS = (
    "report_state.js",
    "report_filter.js",
    "report_table.js",
    "report_curves.js",
    "report_bands.js",
    "report_relations.js",
    "report_difference.js",
    "report_run.js",
    "report_lineage.js",
    "report_groups.js",
    "report_page.js",
)


def format_report_page(report: Report) -> str:
    """The page. The same runs give the same bytes: there is no clock in it."""
    return format_html_page(
        report.title,
        read_page_file("report.html"),
        {"report-data": embed_report(report)},
        styles=("page.css", "report.css"),
        scripts=(*FIGURE_SCRIPTS, *_SCRIPTS),
    )
