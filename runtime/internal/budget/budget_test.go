package budget

import (
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDefault(t *testing.T) {
	assert.Equal(t, 1<<30, Default(math.MaxInt64), "nobody has said what there is")
	assert.Equal(t, 115<<20, Default(230<<20))
	assert.Equal(t, 16<<20, Default(1))
	assert.Equal(t, 16<<20, Default(0))
}

func TestShares(t *testing.T) {
	b := New(100)
	one, two := b.Of(), b.Of()
	assert.True(t, one.Take(60))
	assert.False(t, two.Take(41))
	assert.Equal(t, 60, b.Taken(), "what was refused is not taken")
	assert.True(t, two.Take(40))
	assert.False(t, one.Take(1))
	assert.True(t, one.Take(0))
	one.Give(10)
	assert.Equal(t, 90, b.Taken())
	assert.True(t, two.Take(10))
	one.Release()
	one.Release()
	assert.Equal(t, 50, b.Taken())
	assert.True(t, one.Take(50), "it may take again")
	other := one.Other()
	assert.False(t, other.Take(1))
	var heir Share
	one.PassTo(&heir)
	one.Release()
	assert.Equal(t, 100, b.Taken())
	heir.Release()
	two.Release()
	assert.Zero(t, b.Taken())
	assert.Zero(t, New(0).Taken())
}

func TestZeroShareHasNoBound(t *testing.T) {
	var s Share
	assert.True(t, s.Take(math.MaxInt))
	s.Give(1)
	s.Release()
	assert.Equal(t, Share{}, s)
	assert.Equal(t, math.MaxInt, s.Size())
}

// Who takes too much does not keep others from what is there.
func TestRefusedTakeIsNotSeen(t *testing.T) {
	b := New(1000)
	ended := make(chan struct{})
	var greedy sync.WaitGroup
	greedy.Go(func() {
		s := b.Of()
		for {
			select {
			case <-ended:
				return
			default:
				assert.False(t, s.Take(2000))
			}
		}
	})
	s, refused := b.Of(), 0
	for range 100_000 {
		if !s.Take(900) {
			refused++
		}
		s.Release()
	}
	close(ended)
	greedy.Wait()
	assert.Zero(t, refused)
	assert.Equal(t, 1000, s.Size())
}

// However many take at once, no more is taken than there is, and all of it comes back.
func TestManyTakeAtOnce(t *testing.T) {
	b := New(1000)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s := b.Of()
			for i := range 10_000 {
				if !s.Take(i % 300) {
					s.Release()
				}
				assert.LessOrEqual(t, s.taken, 1000)
			}
			s.Release()
		})
	}
	all.Wait()
	assert.Zero(t, b.Taken())
}
