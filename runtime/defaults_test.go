package tornado

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
)

// TestDefaultsAreDocumented holds the table of SECURITY.md against the code: each timeout and each limit has a row with its default and
// a reason.
func TestDefaultsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../SECURITY.md")
	require.NoError(t, err)
	rows := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `?([^|`]+?)`?(?: of streams and sockets)? \\| ([^|]+) \\| ([^|]+) \\|$").FindAllStringSubmatch(string(text), -1) {
		rows[m[1]] = m[2]
	}
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
	for name, value := range want {
		assert.Equal(t, fmt.Sprint(value), rows[name], name)
	}
	limits := reflect.TypeFor[Limits]()
	for i := range limits.NumField() {
		assert.Contains(t, rows, "Limits."+limits.Field(i).Name)
	}
}
