package tornado

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/budget"
	"github.com/tornadogen/tornadogen/runtime/internal/documented"
	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/proxyproto"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
)

// TestDefaultsAreDocumented holds the table of SECURITY.md against the code: each timeout and each limit has a row with its default and
// a reason. Packages below have such a test of their own.
func TestDefaultsAreDocumented(t *testing.T) {
	want := map[string]any{
		"DefaultDeferredTimeout": DefaultDeferredTimeout, "DefaultMaxBody": DefaultMaxBody, "DefaultMaxStream": DefaultMaxStream,
		"DefaultMaxMessage": DefaultMaxMessage, "DefaultPingInterval": DefaultPingInterval, "WithMaxFields": param.DefaultPairs,
		"Limits.Bodies": budget.Most, "Limits.Target": http1.DefaultTarget, "Limits.HeaderBytes": http1.DefaultHeaderBytes, "Limits.HeaderCount": http1.DefaultHeaderFields,
		"DefaultHeartbeat": DefaultHeartbeat, "close of a WebSocket": closeWait, "check of health": healthPatience,
		"streams of a connection of HTTP/2": http2Streams, "streams of HTTP/2 that are reset": fewResets, "window of a stream of HTTP/2": http2Stream, "window of a connection of HTTP/2": http2Connection,
		"frame of HTTP/2":              http2Frame,
		"header of the PROXY protocol": proxyproto.MaxSize,
		"queue":                        queue.DefaultMessages, "bytes in that queue": queue.DefaultBytes, "violations listed": maxViolations,
		"body read in vain": maxDiscarded, "content codings of a body": maxCodings,
		"requests of a turn": maxBatch, "answers of a turn": maxBatchOut, "messages of a turn": maxMessages,
	}
	timeouts := reflect.ValueOf(Timeouts{}.withDefaults())
	for i := range timeouts.NumField() {
		want["Timeouts."+timeouts.Type().Field(i).Name] = timeouts.Field(i).Interface().(time.Duration)
	}
	rows := documented.Defaults(t, "../SECURITY.md", want)
	limits := reflect.TypeFor[Limits]()
	for i := range limits.NumField() {
		assert.Contains(t, rows, "Limits."+limits.Field(i).Name)
	}
}

// TestBoundsAreDocumented: SECURITY.md tells of each timeout and each limit that a client can meet how that is counted.
func TestBoundsAreDocumented(t *testing.T) {
	known := map[string]bool{}
	for _, b := range Bounds() {
		known[b.String()] = true
	}
	nobodysFault := []string{"Timeouts.Restart", "Timeouts.Unready"}
	counted := documented.Counted(t, "../SECURITY.md")
	for setting, names := range counted {
		for _, name := range names {
			assert.True(t, known[name], "%s is counted by %q, which is no bound", setting, name)
		}
	}
	for setting := range documented.Defaults(t, "../SECURITY.md", nil) {
		if own, _, _ := strings.Cut(setting, "."); (own == "Timeouts" || own == "Limits") && !slices.Contains(nobodysFault, setting) {
			assert.NotEmpty(t, counted[setting], setting)
		}
	}
}
