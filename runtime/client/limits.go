package client

import (
	"context"
	"fmt"
	"time"
)

// limits are what ends a call, or one attempt of it, before its answer does: its context, and its time.
type limits struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	cause  error       // of what takes too long
	timer  *time.Timer // of timeAnswer
	until  time.Time   // when the time ends; zero for never
	outer  *limits     // of the call, where these are those of one attempt; nil where they are the call's
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
	if d <= 0 || of == timeSender {
		return l
	}
	l.until = time.Now().Add(d)
	if of == timeAnswer {
		l.timer = time.AfterFunc(d, l.late)
		return l
	}
	inner := l.cancel
	ctx, cancel := context.WithDeadlineCause(l.ctx, l.until, l.cause)
	l.ctx, l.cancel = ctx, func(err error) { inner(err); cancel() }
	return l
}

// attempt gives the limits of one attempt of the call.
func (l *limits) attempt(d time.Duration, of timing) *limits {
	own := newLimits(l.ctx, d, of)
	own.outer = l
	return own
}

// late ends what takes too long.
func (l *limits) late() { l.cancel(l.cause) }

// isLate says whether it is this time that is over, and not that of the call around an attempt.
func (l *limits) isLate() bool {
	return l.outer != nil && l.outer.ctx.Err() == nil && context.Cause(l.ctx) == l.cause //nolint:errorlint // it is this one, or it is not
}

// endsBefore says whether the time or the context has ended when d has passed.
func (l *limits) endsBefore(d time.Duration) bool {
	deadline, ok := l.ctx.Deadline()
	return ok && time.Until(deadline) <= d || !l.until.IsZero() && time.Until(l.until) <= d
}

// lift takes the limit of time away: what follows may take as long as it takes.
func (l *limits) lift() {
	if l.timer != nil {
		l.timer.Stop()
	}
	if l.outer != nil {
		l.outer.lift()
	}
}

// end frees what l holds, and ends what is under way.
func (l *limits) end() {
	l.lift()
	l.cancel(nil)
	if l.outer != nil {
		l.outer.end()
	}
}

// drop ends an attempt, and not the call.
func (l *limits) drop() {
	if l.outer == nil {
		return
	}
	if l.timer != nil {
		l.timer.Stop()
	}
	l.cancel(nil)
}
