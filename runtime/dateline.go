package tornado

import (
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// dateLine keeps the Date field of answers, rendered once a second (RFC 9110 section 6.6.1).
type dateLine struct {
	wall func() time.Time // time.Now, but in tests that set the clock; immutable
	now  atomic.Pointer[renderedDate]
}

type renderedDate struct {
	second int64
	line   []byte // immutable
}

// get returns the line. second tells when it is due to be rendered again; what it shows is the clock on the wall.
func (d *dateLine) get(second int64) []byte {
	if r := d.now.Load(); r != nil && r.second == second {
		return r.line
	}
	line := append(http1.AppendHTTPDate([]byte("Date: "), d.wall()), '\r', '\n')
	d.now.Store(&renderedDate{second, line})
	return line
}
