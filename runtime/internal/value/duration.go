package value

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Duration is an ISO 8601 duration within the grammar of RFC 3339 appendix A: whole numbers, no sign, and weeks not combined
// with others. Years and months have no fixed length, so it is kept by its parts.
type Duration struct {
	Years, Months, Weeks, Days, Hours, Minutes, Seconds int64
}

var (
	errDuration      = errors.New("not a duration (ISO 8601, as P1DT12H)")
	errDurationRange = errors.New("duration out of range")
)

// DurationOf returns d in hours, minutes and seconds; what is below a second is cut off, and a negative d gives zero.
func DurationOf(d time.Duration) Duration {
	seconds := max(int64(d/time.Second), 0)
	return Duration{Hours: seconds / 3600, Minutes: seconds / 60 % 60, Seconds: seconds % 60}
}

// Std returns the duration as a time.Duration, a day being 24 hours. It returns false for years and months, which have no
// fixed length, and for what does not fit.
func (d Duration) Std() (time.Duration, bool) {
	if d.Years != 0 || d.Months != 0 {
		return 0, false
	}
	var total time.Duration
	for _, part := range [...]struct {
		n    int64
		unit time.Duration
	}{{d.Weeks, 7 * 24 * time.Hour}, {d.Days, 24 * time.Hour}, {d.Hours, time.Hour}, {d.Minutes, time.Minute}, {d.Seconds, time.Second}} {
		product := time.Duration(part.n) * part.unit
		if part.n < 0 || product/part.unit != time.Duration(part.n) || total+product < total {
			return 0, false
		}
		total += product
	}
	return total, true
}

// IsZero reports whether every part is zero.
func (d Duration) IsZero() bool { return d == Duration{} }

// String returns the shortest text that RFC 3339 allows: "P1Y0M2D" where a part between two others is zero, "PT0S" for zero.
// Weeks that are combined with other parts are written as days.
func (d Duration) String() string {
	var text [64]byte
	return string(d.append(text[:0]))
}

// AppendText appends what String returns to b. A negative part is an error.
func (d Duration) AppendText(b []byte) ([]byte, error) {
	if min(d.Years, d.Months, d.Weeks, d.Days, d.Hours, d.Minutes, d.Seconds) < 0 {
		return b, errDurationRange
	}
	return d.append(b), nil
}

// MarshalText returns what String returns. A negative part is an error.
func (d Duration) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText reads what ParseDuration accepts.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

func (d Duration) append(b []byte) []byte {
	b = append(b, 'P')
	if d.Weeks != 0 {
		if d == (Duration{Weeks: d.Weeks}) {
			return append(strconv.AppendInt(b, d.Weeks, 10), 'W')
		}
		d.Days += 7 * d.Weeks
	}
	b = appendParts(b, [3]int64{d.Years, d.Months, d.Days}, "YMD")
	if d.Hours != 0 || d.Minutes != 0 || d.Seconds != 0 {
		return appendParts(append(b, 'T'), [3]int64{d.Hours, d.Minutes, d.Seconds}, "HMS")
	}
	if b[len(b)-1] == 'P' {
		return append(b, "T0S"...)
	}
	return b
}

// appendParts writes from the first part that is not zero to the last: RFC 3339 allows no gap between them.
func appendParts(b []byte, parts [3]int64, units string) []byte {
	first, last := 0, len(parts)
	for first < last && parts[first] == 0 {
		first++
	}
	for last > first && parts[last-1] == 0 {
		last--
	}
	for i := first; i < last; i++ {
		b = append(strconv.AppendInt(b, parts[i], 10), units[i])
	}
	return b
}

// ParseDuration reads a duration of RFC 3339 appendix A, as "P1Y2M10DT2H30M" or "P2W". A number beyond int64 is an error too.
func ParseDuration(s string) (Duration, error) {
	var d Duration
	ok, fits := scanDuration(s, &d)
	switch {
	case !ok:
		return Duration{}, errDuration
	case !fits:
		return Duration{}, errDurationRange
	}
	return d, nil
}

// scanDuration fills d from s. ok tells whether s follows the grammar, fits whether every number fits.
func scanDuration(s string, d *Duration) (ok, fits bool) {
	if len(s) < 3 || s[0] != 'P' {
		return false, false
	}
	if n, i, fits := scanCount(s, 1); i == len(s)-1 && i > 1 && s[i] == 'W' {
		d.Weeks = n
		return true, fits
	}
	date := [3]*int64{&d.Years, &d.Months, &d.Days}
	i, fits, ok := scanParts(s, 1, "YMD", date)
	if !ok {
		return false, false
	}
	if i == len(s) {
		return true, fits
	}
	clock := [3]*int64{&d.Hours, &d.Minutes, &d.Seconds}
	if s[i] != 'T' || i+1 == len(s) {
		return false, false
	}
	i, fitsToo, ok := scanParts(s, i+1, "HMS", clock)
	return ok && i == len(s), fits && fitsToo
}

// scanParts reads numbers with units at s[i:] up to the end or a T. Each unit must be the one behind its forerunner.
func scanParts(s string, i int, units string, into [3]*int64) (end int, fits, ok bool) {
	next := -1 // the only unit that may come, or -1 for any
	fits = true
	for i < len(s) && s[i] != 'T' {
		n, at, small := scanCount(s, i)
		if at == i || at == len(s) {
			return i, false, false
		}
		unit := strings.IndexByte(units, s[at])
		if unit < 0 || next >= 0 && unit != next {
			return i, false, false
		}
		*into[unit] = n
		fits = fits && small
		next = unit + 1
		i = at + 1
	}
	return i, fits, true
}

// scanCount reads decimal digits at s[i:]; fits is false beyond int64.
func scanCount(s string, i int) (n int64, end int, fits bool) {
	start := i
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	if i == start {
		return 0, i, true
	}
	n, err := strconv.ParseInt(s[start:i], 10, 64)
	return n, i, err == nil
}
