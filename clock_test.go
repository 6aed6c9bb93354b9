package tornadogen_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wallClock are the functions of the runtime that read the clock on the wall, and why: what leaves the process is compared with it by others, or
// by another process. All else stands on the monotonic clock, so that nobody is cut off or let in when the clock is set.
var wallClock = map[string]string{
	"auth/login.go: begin":                       "the end of a login stands in a cookie, which another process may read",
	"auth/login.go: recall":                      "likewise",
	"conditional/conditional.go: Check":          "the time of day that a client is told, which the application gives",
	"conditional/conditional.go: check":          "whole seconds, which are all that a client is told of it",
	"debugpage/sample.go: read":                  "the time of day that the page shows",
	"debugpage/sampler.go: serve":                "likewise",
	"internal/http1/answer.go: AppendHTTPDate":   "the time of day that a client is told",
	"internal/interleave/interleave.go: Explore": "how long the orders of a test have taken, in milliseconds",
	"internal/loop/loop.go: New":                 "seconds, by whose change the Date field is known to be old",
	"internal/setclock/setclock.go: By":          "of tests; it looks at both clocks",
	"pubsub/topic.go: NewTopic":                  "a name that no other process has",
	"pubsub/nats/nats.go: makeStream":            "numbers above those that other processes have seen",
	"sessions/sessions.go: finish":               "the end of a session stands in a cookie, which another process may read",
	"sessions/sessions.go: unseal":               "likewise",
}

// wallMethods are the methods of time.Time that make a number of the time of day, or give a time without its monotonic reading, so that what is
// made of it stands on the clock on the wall: with how many arguments they are called. Those of time.Duration that have such a name are found too.
var wallMethods = map[string]int{
	"Unix": 0, "UnixNano": 0, "UnixMilli": 0, "UnixMicro": 0, "Round": 1, "Truncate": 1, "UTC": 0, "Local": 0, "In": 1, "AddDate": 3,
}

// TestTimersStandOnTheMonotonicClock finds who reads the clock on the wall.
func TestTimersStandOnTheMonotonicClock(t *testing.T) {
	found := map[string]bool{}
	require.NoError(t, filepath.WalkDir("runtime", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || strings.Contains(file, "testdata") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		for _, d := range parsed.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				s, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || isConn(s.X) {
					return true
				}
				if args, of := wallMethods[s.Sel.Name]; of && len(call.Args) == args {
					found[filepath.ToSlash(strings.TrimPrefix(file, "runtime/"))+": "+fn.Name.Name] = true
				}
				return true
			})
		}
		return err
	}))
	for place := range found {
		assert.Contains(t, wallClock, place, "it reads the clock on the wall")
	}
	for place := range wallClock {
		assert.Contains(t, found, place, "it does not any more")
	}
}

// isConn says whether an expression is a connection, whose Unix is that of its loop.
func isConn(x ast.Expr) bool {
	s, ok := x.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "conn"
}
