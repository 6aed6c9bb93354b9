package tornado

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Answers that are too long to be kept take memory that is used again, and do not grow from nothing each time; one that is short is followed by
// short ones.
func TestLongAnswersUseMemoryAgain(t *testing.T) {
	var w Reply
	answer := func(size int) {
		b := w.JSON(200, "application/json")
		for range size {
			b = append(b, 'x')
		}
		w.Done(b)
		w.reset()
	}
	for range 3 {
		answer(100_000)
	}
	assert.LessOrEqual(t, testing.AllocsPerRun(20, func() { answer(100_000) }), 1.0)
	for range 3 {
		answer(maxKeptBuffer - 1) // what it has grown in is longer
	}
	assert.Zero(t, testing.AllocsPerRun(20, func() { answer(maxKeptBuffer - 1) }))
	answer(100_000)
	answer(1)
	answer(1)
	assert.LessOrEqual(t, cap(w.body), maxKeptBuffer)
	assert.Zero(t, w.long)
	w.JSON(200, "application/json") // and has no answer
	w.reset()
	answer(100_000)
	answer(100_000)
	w.JSON(200, "application/json")
	w.reset()
	assert.Zero(t, w.long)
}
