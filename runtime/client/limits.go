package client

import (
	"context"
	"fmt"
	"time"
)

// limits are what ends a call before its answer does: its context, and the time of WithTimeout.
type limits struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	cause  error       // of a call that takes too long
	timer  *time.Timer // of timeAnswer
}

// timing says what the time of a call is counted for.
type timing uint8

const (
	timeCall   timing = iota // all of it
	timeAnswer               // up to the answer, whose body is read later
	timeSender               // not here: its body is read while it is sent, by who knows how long that takes
)

// newLimits limits a call to d, 0 for no limit.
func newLimits(parent context.Context, d time.Duration, of timing) *limits {
	l := &limits{cause: fmt.Errorf("no answer within %v: %w", d, context.DeadlineExceeded)}
	l.ctx, l.cancel = context.WithCancelCause(parent)
	switch {
	case d <= 0 || of == timeSender:
	case of == timeAnswer:
		l.timer = time.AfterFunc(d, l.late)
	default:
		inner := l.cancel
		ctx, cancel := context.WithTimeoutCause(l.ctx, d, l.cause)
		l.ctx, l.cancel = ctx, func(err error) { inner(err); cancel() }
	}
	return l
}

// late ends the call, which takes too long.
func (l *limits) late() { l.cancel(l.cause) }

// lift takes the limit of time away: what follows may take as long as it takes.
func (l *limits) lift() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

// end frees what l holds. Nothing of the call may be under way.
func (l *limits) end() {
	l.lift()
	l.cancel(nil)
}
