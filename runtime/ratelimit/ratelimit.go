// Package ratelimit bounds how often a caller may call the operations of an API, and answers 429 beyond that.
package ratelimit

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Limit is how often something may be done: Requests in Per on average, of which Burst may come at once.
type Limit struct {
	Requests int           // 1 or more
	Per      time.Duration // more than 0
	Burst    int           // 0: Requests
}

// every is the time that one request costs.
func (l Limit) every() time.Duration { return max(l.Per/time.Duration(l.Requests), 1) }

func (l Limit) burst() int {
	if l.Burst > 0 {
		return l.Burst
	}
	return l.Requests
}

// Decision is what a Store says of one request.
type Decision struct {
	Allowed   bool
	Remaining int           // requests that may follow at once
	RetryIn   time.Duration // when one may come, if this one may not
}

// Store counts. Its methods are safe for concurrent use.
type Store interface {
	// Take counts a request for a key. An error lets the request pass.
	Take(ctx context.Context, key string, l Limit) (Decision, error)
}

// Option changes what New does. Each says what holds without it.
type Option func(*limiter)

// WithCaller counts for the caller that authenticators have found: key gets the context that they made, after they have admitted the
// request. An empty key is not limited. The default counts for the address of the client (an IPv4 address, or an IPv6 network of 64 bits),
// before authentication, so that guessing credentials is limited, too.
func WithCaller(key func(ctx context.Context) string) Option {
	return func(l *limiter) { l.caller = key }
}

// WithOperations limits the operations of these ids alone. The default is all operations of the API.
func WithOperations(operations ...string) Option { return func(l *limiter) { l.only = operations } }

// WithPerOperation counts for each operation by itself. The default counts all that New limits together.
func WithPerOperation() Option { return func(l *limiter) { l.apart = true } }

// WithStore counts in a store of yours, one that several processes share, say. The default is a store of New's own in memory.
func WithStore(s Store) Option { return func(l *limiter) { l.store = s } }

// WithName names the limit in the RateLimit fields and in the keys of a store. The default is "default".
func WithName(name string) Option { return func(l *limiter) { l.name = name } }

// New limits the API. It may stand several times: everybody 100 a second, and the expensive operation 5 a minute for each caller. Every
// answer tells how much is left (RateLimit and RateLimit-Policy, draft-ietf-httpapi-ratelimit-headers), and a 429 when to come again
// (Retry-After). A limit that is none, and an operation that the API does not have, are errors of Serve.
//
// What has no address is not limited, unless WithCaller tells who it is: peers on a Unix socket of whom no proxy that is believed tells one.
// Neither are requests for no operation, 404 and 405, which cost no handler.
func New(limit Limit, opts ...Option) tornado.APIOption {
	l := &limiter{limit: limit, name: "default"}
	for _, opt := range opts {
		opt(l)
	}
	if l.store == nil {
		l.store = NewMemory(0)
	}
	return func(a *tornado.API) {
		if limit.Requests < 1 || limit.Per <= 0 || limit.Burst < 0 {
			a.Fail(fmt.Errorf("ratelimit: %d requests in %s, %d at once, is no limit", limit.Requests, limit.Per, limit.Burst))
			return
		}
		l.policy = fmt.Sprintf("%q;q=%d;w=%d", l.name, limit.burst(), int(math.Ceil((limit.every() * time.Duration(limit.burst())).Seconds())))
		a.Demand(l.only...)
		tornado.WithFilter(l.filter)(a)
	}
}

type limiter struct {
	limit  Limit
	name   string
	policy string
	caller func(ctx context.Context) string
	only   []string
	apart  bool
	store  Store
}

func (l *limiter) filter(t *tornado.Transit) {
	check := func() {
		if op := t.Operation(); l.only == nil || slices.Contains(l.only, op.ID) {
			l.check(t, op)
		}
	}
	if l.caller != nil {
		t.OnAdmitted(check)
	} else {
		t.OnRouted(check)
	}
}

// check counts the request, and refuses it if it is one too many.
func (l *limiter) check(t *tornado.Transit, op *tornado.Operation) {
	var key string
	if l.caller != nil {
		key = l.caller(t.Context())
	} else {
		key = network(tornado.Raw(t.Context()).RemoteAddr())
	}
	if key == "" {
		return
	}
	key = l.name + "|" + key
	if l.apart {
		key += "|" + op.ID
	}
	d, err := l.store.Take(t.Context(), key, l.limit)
	if err != nil {
		return // what counts is away: rather too much than nothing
	}
	_ = t.AddHeader("RateLimit-Policy", l.policy) // a name that cannot be sent is not
	_ = t.AddHeader("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", l.name, d.Remaining, seconds(d.RetryIn)))
	if d.Allowed {
		return
	}
	_ = t.AddHeader("Retry-After", strconv.Itoa(max(seconds(d.RetryIn), 1)))
	t.Refuse(&tornado.StatusError{Status: http.StatusTooManyRequests, Detail: "too many requests; come again later"})
}

func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// network is what counts as one client: an address, or the network of 64 bits that an IPv6 host has to itself; "" on a Unix socket.
func network(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return ""
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	if ip.Is6() {
		return netip.PrefixFrom(ip, 64).Masked().String()
	}
	return ip.String()
}
