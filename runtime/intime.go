package tornado

import (
	"context"
	"errors"
	"time"
)

// tooLong tells a client why it is answered 503.
const tooLong = "the answer took too long"

// inTime makes the context of a handler end after d. A handler that does not look at it goes on, and its answer counts.
func inTime(d time.Duration, run func(x *exchange)) func(x *exchange) {
	return func(x *exchange) {
		whole := x.ctx
		limited, cancel := context.WithTimeout(whole, d)
		defer func() {
			x.ctx = whole
			cancel()
		}()
		x.ctx = limited
		run(x)
	}
}

// late reports whether the time of the handler is over: what it failed of then is most likely that.
func (a *answerer) late() bool {
	return a.match.op.Timeout > 0 && errors.Is(a.ctx.Err(), context.DeadlineExceeded)
}
