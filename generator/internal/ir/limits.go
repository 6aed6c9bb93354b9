package ir

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

const extensionLimits = "x-tornado-limits"

// limits reads x-tornado-limits into an operation: how large its bodies and the fields of its requests may be, and how long its
// answer may take. What it does not say is left to the API.
func (b *builder) limits(op *Operation) {
	given := op.Source.Own.Get(extensionLimits)
	if given == nil {
		return
	}
	bad := func(why string) { b.badExtension(given.Loc, given.Name, why) }
	var limits map[string]json.RawMessage
	if json.Unmarshal(given.Text, &limits) != nil {
		bad("it is an object: {body: 10MiB, header: 8KiB, timeout: 5s}")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		ok := true
		switch name {
		case "body":
			op.MaxBody, ok = byteSize(limits[name])
		case "header":
			op.MaxHeader, ok = byteSize(limits[name])
		case "timeout":
			b.timeout(op, limits[name], bad)
		default:
			bad(quote(name) + " is not one of them; body, header and timeout are")
		}
		if !ok {
			bad(name + " is a number of bytes from 1 on, or a text: 10MiB")
		}
	}
}

// timeout reads how long an answer may take.
func (b *builder) timeout(op *Operation, given json.RawMessage, bad func(why string)) {
	var text string
	d, err := time.Duration(0), json.Unmarshal(given, &text)
	if err == nil {
		d, err = time.ParseDuration(text)
	}
	switch {
	case err != nil || d < time.Millisecond:
		bad("timeout is a text, a millisecond or more: 5s, 1m30s")
	case op.Kind == OperationStream || op.Kind == OperationSocket:
		bad("an answer that goes on has no timeout")
	default:
		op.Timeout = d
	}
}

// units are those of sizes, the longer ones first.
var units = []struct {
	name  string
	bytes int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1}}

// byteSize reads a JSON number of bytes, or a text with a unit.
func byteSize(text json.RawMessage) (int64, bool) {
	size := string(text)
	if json.Unmarshal(text, &size) != nil {
		size = string(text)
	}
	for _, u := range units {
		digits, found := strings.CutSuffix(size, u.name)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 1 || n > math.MaxInt64/2/u.bytes {
			return 0, false
		}
		return n * u.bytes, true
	}
	return 0, false
}
