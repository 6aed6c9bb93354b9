package ecmaregex

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/check"
	"github.com/tornadogen/tornadogen/runtime/internal/documented"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// hostile takes each match all of its time.
var (
	hostileRule = &validate.StringRule{Pattern: validate.NewPattern(`^(?=a)(a+)+$`)}
	hostile     = strings.Repeat("a", 40) + "!"
)

// mostTime is MaxPatience and the match that is under way then, on a machine that is at work on other things, too. Without patience it were
// 100 lists of 100 ms.
const mostTime = validate.MaxPatience + 50*Timeout

// list is an array of n strings.
func list(n int, s string) []byte {
	return append(append([]byte("["), bytes.TrimSuffix(bytes.Repeat([]byte(`"`+s+`",`), n), []byte(","))...), ']')
}

func read(d *jsonwire.Decoder) (read int) {
	for more := d.Array(); more; more = d.NextItem() {
		d.String(hostileRule)
		read++
	}
	d.End()
	return read
}

// TestPatienceOfABody: the patterns of a body have their time together, in all parts of it.
func TestPatienceOfABody(t *testing.T) {
	var d jsonwire.Decoder
	begun := time.Now()
	d.Reset(list(100, hostile))
	assert.Less(t, read(&d), 50)
	require.ErrorContains(t, d.SyntaxError(), "patterns take too long")
	assert.Less(t, time.Since(begun), mostTime)

	d.Continue(list(1, "aaa"))
	read(&d)
	require.ErrorContains(t, d.SyntaxError(), "patterns take too long", "another part of the same request")
	d.Reset(list(500, "aaa"))
	assert.Equal(t, 500, read(&d), "another request")
	require.False(t, d.Failed())
}

// TestPatienceOfParameters: they have it, too; those that are not tried any more do not match.
func TestPatienceOfParameters(t *testing.T) {
	var r param.Report
	value := func(s string) { r.Value(param.Place{Name: "a"}, []byte(s), true).String(hostileRule) }
	begun := time.Now()
	for range 50 {
		value(hostile)
	}
	assert.Less(t, time.Since(begun), mostTime)
	assert.True(t, r.Failed())
	r.Reset()
	value("aaa")
	assert.False(t, r.Failed(), "another request")
}

// TestPatienceOfSchemas: what is checked beside the types has no more.
func TestPatienceOfSchemas(t *testing.T) {
	for name, c := range map[string]struct{ schema, body string }{
		"items":   {`{"items": {"pattern": "^(?=a)(a+)+$"}}`, string(list(50, hostile))},
		"names":   {`{"propertyNames": {"pattern": "^(?=a)(a+)+$"}}`, named()},
		"members": {`{"patternProperties": {"^(?=a)(a+)+$": false}}`, named()},
	} {
		t.Run(name, func(t *testing.T) {
			var d jsonwire.Decoder
			begun := time.Now()
			d.Reset([]byte(c.body))
			d.Check(check.NewSchemas("A", c.schema).Get("A"))
			require.ErrorContains(t, d.SyntaxError(), "patterns take too long")
			assert.Less(t, time.Since(begun), mostTime)
		})
	}
}

// named is an object with hostile names.
func named() string {
	var b strings.Builder
	for i := range 50 {
		fmt.Fprintf(&b, `,"%s%d": 1`, hostile, i)
	}
	return "{" + b.String()[1:] + "}"
}

func TestDefaults(t *testing.T) {
	documented.Defaults(t, "../../SECURITY.md", map[string]any{"ecmaregex.Timeout": Timeout, "patterns of a request that backtrack": validate.MaxPatience})
}
