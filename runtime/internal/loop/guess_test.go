package loop

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A guess that is wrong is made ever less often, and each time once it is right.
func TestGuess(t *testing.T) {
	var g Guess
	made := func(n int, right bool) (count int) {
		for range n {
			if g.Due() {
				count++
				g.Was(right)
			}
		}
		return count
	}
	assert.Equal(t, 100, made(100, true))
	assert.Equal(t, 4, made(1+1+1+3+1+7+1+15, false))
	assert.InDelta(t, 1000/(mostSkipped+1), made(1000, false), 2)
	assert.Positive(t, made(mostSkipped+1, true))
	assert.Equal(t, 100, made(100, true))
}
