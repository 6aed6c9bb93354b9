package tornado

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/setclock"
)

// dated asserts that a Date field, which was asked for at begun and is here now, was rendered within the second before. It shows whole seconds.
func dated(t *testing.T, field string, begun time.Time) time.Time {
	t.Helper()
	ended := time.Now()
	date, err := http.ParseTime(field)
	require.NoError(t, err)
	assert.False(t, date.Before(begun.Add(-time.Second).Truncate(time.Second)), "%v at %v", date, begun)
	assert.False(t, date.After(ended), "%v at %v", date, ended)
	return date
}

// TestDateFollows: the Date field of answers on a connection goes on with the clock, and is not older than a second, whoever renders it.
func TestDateFollows(t *testing.T) {
	t.Parallel()
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := start(t, newTestAPI(testHandlers{}), append(opts[:len(opts):len(opts)], WithMount("/app", mountedSuite()))...)
			for what, ask := range map[string]string{"operation": getItem, "mounted handler": "GET /app/hello HTTP/1.1\r\nHost: x\r\n\r\n"} {
				t.Run(what, func(t *testing.T) {
					t.Parallel()
					c := r.dial(t)
					shown := map[time.Time]bool{}
					for range time.Tick(10 * time.Millisecond) {
						begun := time.Now()
						c.send(ask)
						res, _ := c.answer("GET")
						if shown[dated(t, res.Header.Get("Date"), begun)] = true; len(shown) == 3 || t.Failed() {
							break
						}
					}
				})
			}
		})
	}
}

// TestDateFollowsAClockThatIsSet: the Date field shows the time that somebody has set the clock on the wall to, forward or back, a second later
// at most, and goes on from there.
func TestDateFollowsAClockThatIsSet(t *testing.T) {
	t.Parallel()
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			var by atomic.Int64 // nanoseconds that the clock was set forward
			set := func(s *Server) {
				s.wall = func() time.Time { return setclock.By(t, time.Now(), time.Duration(by.Load())) }
			}
			r := start(t, newTestAPI(testHandlers{}), append(opts[:len(opts):len(opts)], set, WithMount("/app", mountedSuite()))...)
			c := r.dial(t)
			for _, d := range []time.Duration{0, 24 * time.Hour, -24 * time.Hour} {
				by.Store(int64(d))
				set := time.Now()
				for at := range time.Tick(10 * time.Millisecond) {
					for _, request := range []string{getItem, "GET /app/hello HTTP/1.1\r\nHost: x\r\n\r\n"} {
						begun := time.Now()
						c.send(request)
						res, _ := c.answer("GET")
						date, err := http.ParseTime(res.Header.Get("Date"))
						require.NoError(t, err)
						if begun.Sub(set) > time.Second { // and before that it may show either time
							off := date.Sub(begun) - d
							require.LessOrEqual(t, off, time.Since(begun), "it was set by %v", d)
							require.Greater(t, off, -2*time.Second, "it was set by %v", d) // whole seconds, and up to one second old
						}
					}
					if at.Sub(set) > 2200*time.Millisecond { // it was rendered again since
						break
					}
				}
			}
		})
	}
}

// TestDateIsOfTheWall: the seconds of a loop, which nobody sets, tell when the field is old, and not what it shows.
func TestDateIsOfTheWall(t *testing.T) {
	d := dateLine{wall: time.Now}
	for _, second := range []int64{0, 1, 0} {
		begun := time.Now()
		line := string(d.get(second))
		require.True(t, strings.HasPrefix(line, "Date: ") && strings.HasSuffix(line, "\r\n"), line)
		dated(t, strings.TrimSuffix(strings.TrimPrefix(line, "Date: "), "\r\n"), begun)
	}
}
