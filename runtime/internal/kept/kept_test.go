package kept

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestPool: a few things outlive collections, and for a while.
func TestPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 3
		made := 0
		p := Pool[*int]{Most: most, New: func() *int {
			made++
			return new(int)
		}}
		var all []*int
		for range most + 1 {
			all = append(all, p.Get())
		}
		assert.Equal(t, most+1, made)
		for _, thing := range all {
			p.Put(thing)
		}
		runtime.GC()
		runtime.GC() // what a sync.Pool holds is gone now
		for i := range most {
			assert.Same(t, all[most-1-i], p.Get())
		}
		p.Put(all[0])
		time.Sleep(longest)
		synctest.Wait()
		assert.Empty(t, p.list)
		p.Put(all[1])
		assert.Same(t, all[1], p.Get())
		time.Sleep(longest) // whose timer ends with the test
	})
}
