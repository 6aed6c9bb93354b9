package ir

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// limits reads x-tornado-limits of an operation: how many bytes a body of it may have, 0 for what the API says.
func (b *builder) limits(op *spec.Operation) (body int64) {
	given := op.Extensions["x-tornado-limits"]
	if given == nil {
		return 0
	}
	var limits map[string]json.RawMessage
	if json.Unmarshal(given, &limits) != nil {
		b.badExtension(extensionLoc(op, "x-tornado-limits"), "x-tornado-limits", "it is an object: {body: 10MiB}")
		return 0
	}
	names := make([]string, 0, len(limits))
	for name := range limits {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if name != "body" {
			b.badExtension(extensionLoc(op, "x-tornado-limits"), "x-tornado-limits", quote(name)+" is not one of them; body is")
			continue
		}
		var ok bool
		if body, ok = byteSize(limits[name]); !ok {
			b.badExtension(extensionLoc(op, "x-tornado-limits"), "x-tornado-limits", "body is a number of bytes from 1 on, or a text: 10MiB")
		}
	}
	return body
}

func (b *builder) badExtension(loc spec.Location, name, why string) {
	b.warn(loc, classExtension, name+" is left out: "+why, "correct it")
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
