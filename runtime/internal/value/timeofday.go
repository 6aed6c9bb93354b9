package value

import (
	"errors"
	"strings"
	"time"
)

// TimeOfDay is a time without a date, with its offset from UTC: full-time of RFC 3339 section 5.6.
type TimeOfDay struct {
	Hour       int // 0 to 23
	Minute     int // 0 to 59
	Second     int // 0 to 60: a leap second is kept
	Nanosecond int // 0 to 999,999,999
	Offset     int // minutes east of UTC, -1439 to 1439
}

var (
	errTimeOfDay = errors.New("not a time (hh:mm:ss with Z or an offset)")
	errDateTime  = errors.New("not a date-time (RFC 3339)")
)

const minutesADay = 24 * 60

// ParseTimeOfDay reads hh:mm:ss, an optional fraction, and Z or ±hh:mm. Digits behind the ninth of a fraction are dropped. A
// leap second must fall on 23:59:60 UTC.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	t, ok := parseTimeOfDay(s)
	if !ok {
		return TimeOfDay{}, errTimeOfDay
	}
	return t, nil
}

// ParseTime reads a date-time of RFC 3339 section 5.6. Offset zero gives UTC, others a fixed zone without a name; a leap second
// gives the first moment of the next minute, as Go knows none.
func ParseTime(s string) (time.Time, error) {
	if len(s) <= dateLength || s[dateLength]|0x20 != 't' {
		return time.Time{}, errDateTime
	}
	d, err := ParseDate(s[:dateLength])
	t, ok := parseTimeOfDay(s[dateLength+1:])
	if err != nil || !ok {
		return time.Time{}, errDateTime
	}
	return d.At(t), nil
}

// At returns the moment at which t is on day d.
func (d Date) At(t TimeOfDay) time.Time {
	zone := time.UTC
	if t.Offset != 0 {
		zone = time.FixedZone("", t.Offset*60)
	}
	return time.Date(d.Year, d.Month, d.Day, t.Hour, t.Minute, t.Second, t.Nanosecond, zone)
}

// TimeOfDayOf returns the time of t, with its offset cut to whole minutes.
func TimeOfDayOf(t time.Time) TimeOfDay {
	_, offset := t.Zone()
	return TimeOfDay{t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), offset / 60}
}

// IsValid reports whether every field is within its range.
func (t TimeOfDay) IsValid() bool {
	if t.Hour < 0 || t.Hour > 23 || t.Minute < 0 || t.Minute > 59 || t.Second < 0 || t.Second > 60 ||
		t.Nanosecond < 0 || t.Nanosecond > 999_999_999 || t.Offset <= -minutesADay || t.Offset >= minutesADay {
		return false
	}
	if t.Second < 60 {
		return true
	}
	utc := t.Hour*60 + t.Minute - t.Offset + 2*minutesADay
	return utc%minutesADay == minutesADay-1
}

// String returns hh:mm:ss with as many digits of the fraction as are needed, and Z or the offset.
func (t TimeOfDay) String() string {
	var text [32]byte
	return string(t.append(text[:0]))
}

// AppendText appends what String returns to b. A TimeOfDay that is not valid is an error.
func (t TimeOfDay) AppendText(b []byte) ([]byte, error) {
	if !t.IsValid() {
		return b, errTimeOfDay
	}
	return t.append(b), nil
}

// MarshalText returns what String returns. A TimeOfDay that is not valid is an error.
func (t TimeOfDay) MarshalText() ([]byte, error) { return t.AppendText(nil) }

// UnmarshalText reads what ParseTimeOfDay accepts.
func (t *TimeOfDay) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTimeOfDay(string(text))
	return err
}

func (t TimeOfDay) append(b []byte) []byte {
	b = appendDigits(b, t.Hour, 2)
	b = appendDigits(append(b, ':'), t.Minute, 2)
	b = appendDigits(append(b, ':'), t.Second, 2)
	if t.Nanosecond != 0 {
		b = appendDigits(append(b, '.'), t.Nanosecond, 9)
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	if t.Offset == 0 {
		return append(b, 'Z')
	}
	sign, minutes := byte('+'), t.Offset
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	b = appendDigits(append(b, sign), minutes/60, 2)
	return appendDigits(append(b, ':'), minutes%60, 2)
}

const clockLength = len("hh:mm:ss")

func parseTimeOfDay(s string) (t TimeOfDay, ok bool) {
	if len(s) <= clockLength || s[2] != ':' || s[5] != ':' {
		return t, false
	}
	var ok1, ok2, ok3, ok4 bool
	t.Hour, ok1 = twoDigits(s, 0)
	t.Minute, ok2 = twoDigits(s, 3)
	t.Second, ok3 = twoDigits(s, 6)
	rest := s[clockLength:]
	t.Nanosecond, rest, ok4 = parseFraction(rest)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return t, false
	}
	t.Offset, ok = parseOffset(rest)
	return t, ok && t.IsValid()
}

// parseFraction reads the nanoseconds of a leading ".123", if there is one, and returns what follows.
func parseFraction(s string) (nanos int, rest string, ok bool) {
	if !strings.HasPrefix(s, ".") {
		return 0, s, true
	}
	i, unit := 1, 100_000_000
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		nanos += int(s[i]-'0') * unit
		unit /= 10
	}
	return nanos, s[i:], i > 1
}

// parseOffset reads Z or ±hh:mm as minutes.
func parseOffset(s string) (minutes int, ok bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != len("+hh:mm") || s[3] != ':' || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	h, ok1 := twoDigits(s, 1)
	m, ok2 := twoDigits(s, 4)
	if !ok1 || !ok2 || h > 23 || m > 59 {
		return 0, false
	}
	if s[0] == '-' {
		return -h*60 - m, true
	}
	return h*60 + m, true
}
