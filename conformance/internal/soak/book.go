package soak

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
	"github.com/tornadogen/tornadogen/conformance/internal/targetapi"
)

// fate is what a client knows of a request that it has a number for.
type fate uint8

const (
	unknown fate = iota // -> refused, served; at the end: its client has left before an answer
	refused             // answered by the server, and no handler
	served              // answered by its handler
)

// book has the requests of all clients, by their numbers.
type book struct {
	mu    sync.Mutex
	fates []fate // guarded by mu
}

// number is one that no request has had.
func (b *book) number() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fates = append(b.fates, unknown)
	return int64(len(b.fates)) - 1
}

// answered notes the status of the answer to a request. Handlers of the target answer with success, or 500 as they are asked to.
func (b *book) answered(nonce string, status int) {
	number, ok := target.NumberOf(nonce)
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case !ok || number >= int64(len(b.fates)): // judge tells of those for which there is no room
	case status < http.StatusBadRequest || status == http.StatusInternalServerError:
		b.fates[number] = served
	default:
		b.fates[number] = refused
	}
}

// judge holds what the server knows of each request against what its client does. A request that was answered, whoever has done so, has ended; one
// that its handler answered has begun; and one that has begun has ended. Where the client has left before an answer, the request may have been
// served, refused, or not have come at all. That none has begun or ended twice, the ledger tells.
func (b *book) judge(now *targetapi.Requests) (faults []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := make(map[string]int)
	note := func(number int64, what string) {
		if found[what]++; found[what] <= 3 {
			faults = append(faults, fmt.Sprintf("request %d %s", number, what))
		}
	}
	begun, ended := target.Set(now.Begun), target.Set(now.Ended)
	for number := range int64(8 * max(len(begun), len(ended))) {
		if number >= int64(len(b.fates)) && (begun.Has(number) || ended.Has(number)) {
			note(number, "was never made")
		}
	}
	for i, f := range b.fates {
		number := int64(i)
		if number >= target.Numbers {
			note(number, "is more than the ledger has room for")
			break
		}
		if f == served && !begun.Has(number) {
			note(number, "was answered by its handler, which has not begun")
		}
		if f != unknown && !ended.Has(number) {
			note(number, "was answered and has not ended")
		}
		if begun.Has(number) && !ended.Has(number) {
			note(number, "has begun and not ended")
		}
	}
	for what, n := range found {
		if n > 3 {
			faults = append(faults, fmt.Sprintf("%d requests: each %s", n, what))
		}
	}
	return faults
}

// count is how many requests there were, how many of them their client has had no answer to, and how many were refused.
func (b *book) count() (all, unanswered, refusals int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.fates {
		switch f {
		case unknown:
			unanswered++
		case refused:
			refusals++
		case served:
		}
	}
	return int64(len(b.fates)), unanswered, refusals
}
