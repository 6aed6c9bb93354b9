package value

import (
	"cmp"
	"errors"
	"time"
)

// Date is a day of the (proleptic Gregorian) calendar without a time zone: full-date of RFC 3339 section 5.6.
type Date struct {
	Year  int // 0 to 9999
	Month time.Month
	Day   int
}

var errDate = errors.New("not a date (YYYY-MM-DD)")

const dateLength = 10

// DateOf returns the day of t in t's own location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate reads YYYY-MM-DD. A day that does not exist is an error.
func ParseDate(s string) (Date, error) {
	if len(s) != dateLength || s[4] != '-' || s[7] != '-' {
		return Date{}, errDate
	}
	century, ok1 := twoDigits(s, 0)
	year, ok2 := twoDigits(s, 2)
	month, ok3 := twoDigits(s, 5)
	day, ok4 := twoDigits(s, 8)
	d := Date{Year: century*100 + year, Month: time.Month(month), Day: day}
	if !ok1 || !ok2 || !ok3 || !ok4 || !d.IsValid() {
		return Date{}, errDate
	}
	return d, nil
}

// IsValid reports whether the day exists and can be written, its year being 0 to 9999. The zero Date is not valid.
func (d Date) IsValid() bool {
	return d.Year >= 0 && d.Year <= 9999 && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && d.Day <= daysIn(d.Month, d.Year)
}

// IsZero reports whether d is the zero Date.
func (d Date) IsZero() bool { return d == Date{} }

// In returns the first moment of the day in loc.
func (d Date) In(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// Compare returns -1, 0 or +1 as d is before, the same as or after other.
func (d Date) Compare(other Date) int {
	return cmp.Or(cmp.Compare(d.Year, other.Year), cmp.Compare(d.Month, other.Month), cmp.Compare(d.Day, other.Day))
}

// String returns YYYY-MM-DD.
func (d Date) String() string {
	var text [dateLength]byte
	return string(d.append(text[:0]))
}

// AppendText appends YYYY-MM-DD to b. A Date that is not valid is an error.
func (d Date) AppendText(b []byte) ([]byte, error) {
	if !d.IsValid() {
		return b, errDate
	}
	return d.append(b), nil
}

// MarshalText returns YYYY-MM-DD. A Date that is not valid is an error.
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText reads what ParseDate accepts.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

func (d Date) append(b []byte) []byte {
	b = appendDigits(b, d.Year, 4)
	b = appendDigits(append(b, '-'), int(d.Month), 2)
	return appendDigits(append(b, '-'), d.Day, 2)
}

func daysIn(m time.Month, year int) int {
	switch m {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	default:
		return 31
	}
}

// twoDigits reads the two digits at s[i:].
func twoDigits(s string, i int) (int, bool) {
	high, low := s[i]-'0', s[i+1]-'0'
	return int(high)*10 + int(low), high <= 9 && low <= 9
}

// appendDigits appends the last width decimal digits of n.
func appendDigits(b []byte, n, width int) []byte {
	if width > 1 {
		b = appendDigits(b, n/10, width-1)
	}
	return append(b, '0'+byte(max(n, -n)%10))
}
