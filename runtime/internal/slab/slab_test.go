package slab

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

// There is as much as was asked for, and not much more.
func TestGet(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 1000, 1 << 16, 1<<16 + 1, 1 << 24, 1<<24 + 1} {
		b := Get(n)
		assert.GreaterOrEqual(t, len(b), n)
		assert.LessOrEqual(t, len(b), max(2*n, 1))
		assert.Len(t, b, cap(b))
		Put(b)
	}
	Put(nil)
	Put(make([]byte, 100_000)) // of another origin
	assert.Len(t, Get(100_000), 1<<17)
}

// What grows keeps what stands in it.
func TestGrow(t *testing.T) {
	paused := 0
	var b []byte
	var want []byte
	for i := range 300_000 {
		if len(b) == cap(b) {
			b = Grow(b, 1, func() { paused++ })
		}
		b = append(b, byte(i%251))
		want = append(want, byte(i%251))
	}
	assert.True(t, bytes.Equal(want, b))
	assert.Equal(t, 1<<19, cap(b))
	assert.Positive(t, paused)
	assert.GreaterOrEqual(t, cap(Grow(nil, 5, nil)), 5)
}

// Between two pages that the system has to find others may run.
func TestGrowPausesForEachPage(t *testing.T) {
	paused := 0
	Grow(make([]byte, 3*page+1), 0, func() { paused++ })
	assert.Equal(t, 3, paused)
}

// What is too small to be kept costs nothing to put: most bodies are.
func TestPutSmall(t *testing.T) {
	small := make([]byte, 100)
	assert.Zero(t, testing.AllocsPerRun(100, func() { Put(small) }))
}
