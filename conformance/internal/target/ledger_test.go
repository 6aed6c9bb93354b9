package target

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestLedgerSeesEverySecondEnding: of a request that its handler got, of one that no handler got, and however much has ended between.
func TestLedgerSeesEverySecondEnding(t *testing.T) {
	l := newLedger()
	access := slog.New(l)
	end := func(number int64) { access.Info("request", "target", "/ping?nonce="+Nonce(1, number)) }
	l.begin(Nonce(1, 0))
	end(0) // served
	end(1) // refused
	for number := int64(10); number < 100_000; number++ {
		l.begin(Nonce(1, number))
		end(number)
	}
	assert.Zero(t, l.astray)
	assert.EqualValues(t, 1, l.unserved)
	end(0)
	end(1)
	assert.EqualValues(t, 2, l.astray)
	assert.EqualValues(t, 1, l.unserved)
	l.begin(Nonce(1, 0))
	l.begin(Nonce(1, 1)) // though it has ended
	l.begin(Nonce(1, 2))
	l.begin(Nonce(1, 2))
	assert.EqualValues(t, 5, l.astray)
	all := l.requests()
	assert.True(t, Set(all.Begun).Has(2))
	assert.False(t, Set(all.Begun).Has(1))
	assert.False(t, Set(all.Begun).Has(100_000))
	assert.True(t, Set(all.Ended).Has(1))
	assert.False(t, Set(all.Ended).Has(2))
	assert.False(t, Set(all.Ended).Has(Numbers))
}

// TestNumberOf: what is no number that a Ledger has room for is none.
func TestNumberOf(t *testing.T) {
	for nonce, want := range map[string]int64{"1-0": 0, Nonce(7, Numbers-1): Numbers - 1, "3-007": 7} {
		got, ok := NumberOf(nonce)
		assert.True(t, ok, nonce)
		assert.Equal(t, want, got, nonce)
	}
	for _, nonce := range []string{"", "a", "1", "1-", "1--1", "1-a", "1-1-1", Nonce(7, Numbers)} {
		_, ok := NumberOf(nonce)
		assert.False(t, ok, nonce)
	}
}
