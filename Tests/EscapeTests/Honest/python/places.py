# Locales and time zones, which are files of the system's.
import calendar
import datetime
import locale
import os
import time
import zoneinfo

print("zone", time.tzname, time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(1_000_000_000)))
os.environ["TZ"] = "America/New_York"
time.tzset()
print("set", time.tzname, time.strftime("%H:%M %Z", time.localtime(1_000_000_000)))
for name in ("Europe/Warsaw", "Asia/Tokyo", "Pacific/Chatham"):
    moment = datetime.datetime(2024, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo(name))
    print(name, moment.isoformat(), moment.tzname())
print("many", len(zoneinfo.available_timezones()) > 400)
try:
    zoneinfo.ZoneInfo("Nowhere/Land")
except zoneinfo.ZoneInfoNotFoundError:
    print("no such zone")

print("locale", locale.setlocale(locale.LC_ALL, ""), locale.getpreferredencoding())
print("encoding", os.fsencode("żółw"), locale.nl_langinfo(locale.CODESET))
try:
    locale.setlocale(locale.LC_ALL, "xx_XX")
except locale.Error as error:
    print(error)
print("collate", sorted(["ż", "a", "Z"], key=locale.strxfrm))
print("calendar", calendar.day_name[0], datetime.date(2024, 2, 29).strftime("%A %d %B"))
print("clocks", time.monotonic() > 0, time.process_time() > 0, time.thread_time() >= 0,
      time.get_clock_info("perf_counter").monotonic)
