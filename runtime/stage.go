//go:build !loopcheck

package tornado

import (
	"sync"
	"time"
)

// mutex is a sync.Mutex. In a simulation it is one that lets others go on where it waits.
type mutex = sync.Mutex

// sinceEpoch is what deferred answers, sockets and streams know as the time.
func sinceEpoch() time.Duration { return time.Since(epoch) }
