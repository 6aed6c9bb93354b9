package tornado

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
)

// TestDefaultsAreDocumented holds the table of SECURITY.md against the code: each timeout and each limit has a row with its default and
// a reason. Packages below have such a test of their own.
func TestDefaultsAreDocumented(t *testing.T) {
	want := map[string]any{
		"DefaultDeferredTimeout": DefaultDeferredTimeout, "DefaultMaxBody": DefaultMaxBody, "DefaultMaxStream": DefaultMaxStream,
		"DefaultMaxMessage": DefaultMaxMessage, "DefaultPingInterval": DefaultPingInterval, "WithMaxFields": param.DefaultPairs,
		"Limits.Target": http1.DefaultTarget, "Limits.HeaderBytes": http1.DefaultHeaderBytes, "Limits.HeaderCount": http1.DefaultHeaderFields,
		"queue": queue.DefaultMessages, "bytes in that queue": queue.DefaultBytes, "violations listed": maxViolations,
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
