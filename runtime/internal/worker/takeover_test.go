//go:build unix

package worker

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// descriptors are copies of files, as another process has them.
func descriptors(t *testing.T, files []*os.File) []int {
	fds := make([]int, len(files))
	for i, f := range files {
		fd, err := syscall.Dup(int(f.Fd()))
		require.NoError(t, err)
		require.NoError(t, f.Close())
		fds[i] = fd
	}
	return fds
}

// One process takes over from another: nobody is refused, and nobody reset.
func TestTakeover(t *testing.T) {
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "s")} {
		t.Run(network, func(t *testing.T) {
			old, err := New(Options{Handler: &lineEcho{}, Loops: 2})
			require.NoError(t, err)
			ln, err := Listen(network, address, 1)
			require.NoError(t, err)
			files, err := ln.Files()
			require.NoError(t, err)
			ln.Keep()
			require.NoError(t, old.AddListener(ln))
			ran := make(chan error, 1)
			go func() { ran <- old.Run() }()

			var stop atomic.Bool
			var answered atomic.Int64
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for !stop.Load() {
						c := connect(t, ln.Addr())
						c.say("hello")
						assert.Equal(t, "hello", c.hear())
						assert.NoError(t, c.Close())
						answered.Add(1)
					}
				})
			}
			await(t, func() bool { return answered.Load() > 20 }, "the old one serves")

			next, err := New(Options{Handler: &lineEcho{}, Loops: 2})
			require.NoError(t, err)
			taken, err := AdoptListener(descriptors(t, files)...)
			require.NoError(t, err)
			assert.Equal(t, ln.Addr(), taken.Addr())
			require.NoError(t, next.AddListener(taken))
			go func() { ran <- next.Run() }()
			assert.NoError(t, old.Drain(context.Background()))
			before := answered.Load()
			await(t, func() bool { return answered.Load() > before+20 }, "the new one serves")
			stop.Store(true)
			wg.Wait()
			assert.NoError(t, next.Drain(context.Background()))
			assert.NoError(t, <-ran)
			assert.NoError(t, <-ran)
		})
	}
}
