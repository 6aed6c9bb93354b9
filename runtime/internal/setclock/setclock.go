// Package setclock tells, in tests, what time.Now would give had somebody set the clock on the wall: another time of day, and the same reading of
// the monotonic clock. No test can set the clock itself.
package setclock

import (
	"testing"
	"time"
	"unsafe" // what package time keeps, in tests: By looks whether it still does
)

// By returns t, which time.Now has given, as it would have been after the clock was set forward by d, or back.
func By(tb testing.TB, t time.Time, d time.Duration) time.Time {
	tb.Helper()
	set := t
	// The first word of a time.Time that time.Now has given holds the seconds of the wall clock above 30 bits of nanoseconds; the monotonic
	// reading is a word of its own.
	*(*uint64)(unsafe.Pointer(&set)) += uint64(int64(d/time.Second)) << 30
	if set.Sub(t) != 0 || set.Round(0).Sub(t.Round(0)) != d.Truncate(time.Second) {
		tb.Fatal("setclock: package time keeps its times in another way now")
	}
	return set
}
