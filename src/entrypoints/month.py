"""The month that a store's commands are counted in: what of it has passed, what it comes to."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from ..domain.usage import UsageQuery


@frozen
class Month:
    """The calendar month that runs, in the deployment's time zone."""

    begins: datetime
    ends: datetime
    now: datetime

    @classmethod
    def of(cls, now: datetime, zone: ZoneInfo) -> "Month":
        first = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return cls(first, (first + timedelta(days=32)).replace(day=1), now)

    @property
    def passed(self) -> float:
        """Seconds, at least one."""
        return max(1.0, (self.now - self.begins.astimezone(UTC)).total_seconds())

    @property
    def query(self) -> UsageQuery:
        """What was used in it."""
        return UsageQuery("day", since=self.begins.date().isoformat())

    def whole(self, commands: int) -> int:
        """What a month comes to that goes on like this."""
        seconds = (self.ends.astimezone(UTC) - self.begins.astimezone(UTC)).total_seconds()
        return round(commands * seconds / self.passed)

    def when(self, commands: int, allowance: int) -> datetime | None:
        """When the allowance is used up at this rate; None: not in this month."""
        if self.whole(commands) <= allowance:
            return None
        after = timedelta(seconds=self.passed * allowance / commands)
        return (self.begins.astimezone(UTC) + after).astimezone(self.begins.tzinfo)
