/* Reads the two date types of ASN.1 (RFC 5280 4.1.2.5), also in the forms that only X.680 allows.
 */
#include "x509/date.h"

#include <onpath/event.h>

#include "x509/der.h"

struct date {
	int64_t year;
	unsigned month;
	unsigned day;
	unsigned hour;
	unsigned minute;
	unsigned second;
};

/* Two digits, or w turns bad. */
static unsigned take_pair(struct wire *w)
{
	uint8_t tens = wire_u8(w), ones = wire_u8(w);

	if (tens < '0' || tens > '9' || ones < '0' || ones > '9')
		*w = (struct wire) { .bad = true };
	return (unsigned)((tens - '0') * 10 + (ones - '0'));
}

static bool digit_next(const struct wire *w)
{
	return w->n > 0 && w->p[0] >= '0' && w->p[0] <= '9';
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool date_exists(const struct date *date)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (date->month < 1 || date->month > 12 || date->day < 1)
		return false;
	unsigned last = days[date->month - 1] + (date->month == 2 && is_leap(date->year) ? 1u : 0);
	return date->day <= last && date->hour < 24 && date->minute < 60 && date->second < 60;
}

/* Days from 1970-01-01 in the Gregorian calendar; years begin in March, so that the leap day is the
 * last. */
static int64_t days_since_epoch(const struct date *date)
{
	int64_t year = date->month > 2 ? date->year : date->year - 1;
	int64_t month = date->month > 2 ? date->month - 3 : date->month + 9;
	int64_t before_month = (153 * month + 2) / 5;

	return 365 * year + year / 4 - year / 100 + year / 400 + before_month + date->day - 1 -
	       719468;
}

/* "Z" or "+hhmm": seconds to take away. Local time without a zone says nothing. */
static int64_t take_zone(struct wire *w)
{
	uint8_t sign = wire_u8(w);

	if (sign == 'Z')
		return 0;
	unsigned hours = take_pair(w), minutes = take_pair(w);
	if ((sign != '+' && sign != '-') || hours > 14 || minutes > 59)
		*w = (struct wire) { .bad = true };
	int64_t seconds = (int64_t)hours * 3600 + (int64_t)minutes * 60;
	return sign == '+' ? seconds : -seconds;
}

static void skip_fraction(struct wire *w)
{
	if (w->n == 0 || (w->p[0] != '.' && w->p[0] != ','))
		return;
	wire_skip(w, 1);
	if (!digit_next(w))
		*w = (struct wire) { .bad = true };
	while (digit_next(w))
		wire_skip(w, 1);
}

int64_t date_take(struct wire *w)
{
	uint8_t tag;
	struct wire text = der_any(w, &tag);
	struct date date = { .year = take_pair(&text) };

	if (tag == DER_GENERALIZED_TIME)
		date.year = date.year * 100 + take_pair(&text);
	else if (tag == DER_UTC_TIME)
		date.year += date.year >= 50 ? 1900 : 2000;
	else
		return ONPATH_TIME_BAD;
	date.month = take_pair(&text);
	date.day = take_pair(&text);
	date.hour = take_pair(&text);
	date.minute = take_pair(&text);
	if (digit_next(&text))
		date.second = take_pair(&text);
	if (tag == DER_GENERALIZED_TIME)
		skip_fraction(&text);
	int64_t east = take_zone(&text);
	if (!wire_done(&text) || !date_exists(&date))
		return ONPATH_TIME_BAD;

	int64_t minutes = (int64_t)date.hour * 60 + date.minute;
	return days_since_epoch(&date) * 86400 + minutes * 60 + date.second - east;
}
