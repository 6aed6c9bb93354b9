package tornado

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// TestDrainers: what was handed out of the loops is told of the drain, waited for, and told when time is up.
func TestDrainers(t *testing.T) {
	for name, patient := range map[string]bool{"in time": true, "too late": false} {
		t.Run(name, func(t *testing.T) {
			s := NewServer(WithTimeouts(Timeouts{Drain: 20 * time.Millisecond}))
			base, cut := context.WithCancelCause(t.Context())
			svc := s.newService(base)
			engine, err := worker.New(s.workerOptions(svc))
			require.NoError(t, err)
			var told bool
			svc.whenDraining(func(ctx context.Context) {
				told = s.Draining()
				if !patient {
					<-ctx.Done()
				}
			})
			err = svc.drain(engine, cut)
			assert.True(t, told)
			if patient {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrCut)
			assert.ErrorIs(t, context.Cause(base), ErrCut)
		})
	}
}
