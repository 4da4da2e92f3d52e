from __future__ import annotations

import datetime as dt

import pytest

from ingest.parsers.cellformats import shown_date, shown_number

DAY, TIME = dt.datetime(2027, 2, 6), dt.time(9, 5)  # noqa: DTZ001 - cells know no zone
MOMENT = dt.datetime(2027, 2, 6, 9, 5)  # noqa: DTZ001


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "code", "shown"),
        [
            (6990, '"NT$"#,##0', "NT$6,990"),
            (0.985, "0.0%", "98.5%"),
            (1234.5, "#,##0.00", "1,234.50"),
            (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
            (-5, "#,##0", "-5"),
            (1200, "[$NT$-404]#,##0_);[Red]([$NT$-404]#,##0)", "NT$1,200"),
            (1200, '_-"$"* #,##0_-;-"$"* #,##0_-;_-"$"* "-"??_-;_-@_-', "$1,200"),
            (1234567, "#,##0,", "1,235"),
            (7, "000", "007"),
            (2.0, "0.##", "2"),
            (3.2, '0.00"公斤"', "3.20公斤"),
            (1200, "#,##0元", "1,200元"),
        ],
    )
    def test_as_the_sheet_shows_them(self, value: float, code: str, shown: str) -> None:
        """Thousands, decimals, percent, currency, units written into the code."""
        assert shown_number(value, code) == shown

    @pytest.mark.parametrize(
        ("value", "code"),
        [(12, "# ?/?"), (3e-7, "0.00E+00"), (42, "@"), (42, "General"), (912345678, "0000-000000")],
    )
    def test_what_is_not_understood_is_plain(self, value: float, code: str) -> None:
        """Better bare digits than wrong ones."""
        assert shown_number(value, code) == str(value)


class TestDates:
    @pytest.mark.parametrize(
        ("value", "code", "shown"),
        [
            (DAY, "yyyy/mm/dd;@", "2027/02/06"),
            (DAY, 'yyyy"年"m"月"d"日"', "2027年2月6日"),
            (DAY, '[$-404]e"年"m"月"d"日"', "116年2月6日"),
            (MOMENT, "yyyy/m/d h:mm", "2027/2/6 9:05"),
            (MOMENT, "yyyy/m/d hh:mm:ss", "2027/2/6 09:05:00"),
            (TIME, "h:mm", "9:05"),
        ],
    )
    def test_as_the_sheet_shows_them(self, value: dt.datetime | dt.time, code: str, shown: str) -> None:
        """Also years of the Republic; "m" after hours is minutes."""
        assert shown_date(value, code) == shown

    @pytest.mark.parametrize(
        ("value", "code", "shown"),
        [
            (DAY, "mm-dd-yy", "2027-02-06"),
            (DAY, "d-mmm-yy", "2027-02-06"),
            (DAY, "[$-F800]dddd, mmmm dd, yyyy", "2027-02-06"),
            (MOMENT, "h:mm AM/PM", "2027-02-06 09:05"),
            (TIME, "yyyy/m/d", "09:05"),
        ],
    )
    def test_what_depends_on_the_reader_is_iso(
        self, value: dt.datetime | dt.time, code: str, shown: str
    ) -> None:
        """The machine's own settings, names of months, twelve hours."""
        assert shown_date(value, code) == shown
