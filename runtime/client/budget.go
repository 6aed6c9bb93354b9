package client

import (
	"sync"
	"time"
)

// Budget bounds what repeated requests, those of retries and of hedging, add to the load of a server: one that is down is not asked
// three times as much as one that is well. Each of them takes a token; where there is none, it is not sent. Zero stands for the default.
type Budget struct {
	// Burst is how many tokens there are at most, and at first. The default is 20; negative for no bound.
	Burst int
	// Share is how much of a token each call brings. The default is 0.1: in the long run one repeated request for ten calls. Negative
	// for nothing.
	Share float64
	// PerSecond is how many tokens come by themselves, so that who seldom calls may repeat what fails. The default is 1; negative for
	// none.
	PerSecond float64
}

const (
	defaultBurst     = 20
	defaultShare     = 0.1
	defaultPerSecond = 1
)

// WithRetryBudget bounds how many requests are sent again. All calls of the client draw on one budget, and those of
// [WithOperation] that has this option on one of their own. It is no option of [With]. See Budget for the default.
func WithRetryBudget(b Budget) Option { return func(c *Client) { c.budget = newBudget(b) } }

// budget is a bucket of tokens. nil has no bound.
type budget struct {
	burst, share, perSecond float64

	mu     sync.Mutex
	tokens float64   // guarded by mu
	filled time.Time // guarded by mu; when perSecond was counted last
}

func newBudget(b Budget) *budget {
	if b.Burst < 0 {
		return nil
	}
	filled := func(given, otherwise float64) float64 {
		if given == 0 {
			return otherwise
		}
		return max(0, given)
	}
	burst := filled(float64(b.Burst), defaultBurst)
	return &budget{
		burst: burst, share: filled(b.Share, defaultShare), perSecond: filled(b.PerSecond, defaultPerSecond), tokens: burst, filled: time.Now(),
	}
}

// called brings the share of a call.
func (b *budget) called() {
	if b != nil {
		b.add(b.share)
	}
}

// giveBack brings the token of a request that is not sent after all.
func (b *budget) giveBack() {
	if b != nil {
		b.add(1)
	}
}

func (b *budget) add(tokens float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.burst, b.tokens+tokens)
}

// take takes the token of a repeated request, and reports false where there is none.
func (b *budget) take() bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.tokens = min(b.burst, b.tokens+now.Sub(b.filled).Seconds()*b.perSecond)
	b.filled = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
