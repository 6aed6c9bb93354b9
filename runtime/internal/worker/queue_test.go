package worker

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What one list takes from another stands behind what it had, in order, and both go on as lists.
func TestListTakesAnother(t *testing.T) {
	t.Parallel()
	conns := make([]Conn, 6)
	for has := range 3 {
		for more := range 4 {
			var q, batch lanes
			for i := range has {
				q.push(&conns[i])
			}
			for i := range more {
				batch.push(&conns[has+i])
			}
			q.take(&batch)
			assert.Zero(t, batch)
			batch.push(&conns[has+more])
			q.take(&batch)
			assert.Equal(t, has+more+1, q.n)
			for i := range has + more + 1 {
				assert.Same(t, &conns[i], q.pop())
			}
			assert.Nil(t, q.pop())
			assert.Zero(t, q)
		}
	}
}
