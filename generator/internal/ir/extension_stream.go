package ir

import (
	"encoding/json"
	"math"
	"time"

	"github.com/tornadogen/tornadogen/spec"
)

// streamWish is what x-tornado-stream says in one place.
type streamWish struct {
	said    bool
	streams bool    // bytes are read and written part by part
	options *Stream // nil where there are none
}

// streamText is the object that x-tornado-stream may be.
type streamText struct {
	Heartbeat, Retry *string
	Queue            *int64
	Bytes            json.RawMessage
	Slow             string
}

var slowNames = map[string]string{"": "", "block": "SlowBlock", "drop-oldest": "SlowDropOldest", "drop-newest": "SlowDropNewest", "close": "SlowClose"}

// readStream reads x-tornado-stream: true, false, or an object. What it cannot mean is ignored, with a warning.
func (b *builder) readStream(e *spec.Extension) streamWish {
	switch string(e.Text) {
	case "true":
		return streamWish{said: true, streams: true}
	case "false":
		return streamWish{said: true}
	}
	read, bad := decodeExtension[streamText](e.Text)
	s := &Stream{}
	s.Heartbeat, s.Retry = duration(read.Heartbeat, &bad), duration(read.Retry, &bad)
	if read.Heartbeat != nil && s.Heartbeat == 0 {
		s.Heartbeat = -1
	}
	s.Queue = count(read.Queue, &bad)
	var ok bool
	if read.Bytes != nil {
		if s.Bytes, ok = byteSize(read.Bytes); !ok || s.Bytes > math.MaxInt32 {
			bad = "bytes is a number from 1 on, or a text such as 1MiB"
		}
	}
	if s.Slow, ok = slowNames[read.Slow]; !ok {
		bad = "slow is none of block, drop-oldest, drop-newest and close"
	}
	if bad != "" {
		b.badExtension(e.Loc, e.Name, line(bad)+"; it is true, false, or an object of heartbeat and retry (15s), queue (64), bytes (1MiB) and slow (block)")
		return streamWish{}
	}
	return streamWish{said: true, streams: true, options: s}
}

func duration(text *string, bad *string) time.Duration {
	if text == nil {
		return 0
	}
	d, err := time.ParseDuration(*text)
	if err != nil || d < 0 {
		*bad = quote(*text) + " is no duration"
	}
	return d
}

func count(n *int64, bad *string) int64 {
	switch {
	case n == nil:
		return 0
	case *n < 1 || *n > math.MaxInt32:
		*bad = "queue is a number from 1 on"
	}
	return *n
}
