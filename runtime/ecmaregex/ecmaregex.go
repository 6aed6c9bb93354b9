// Package ecmaregex gives the runtime an engine for the patterns of ECMA-262 that RE2 cannot express: those with lookaround, with
// references back, or with counts beyond a thousand. Import it for its effect; generated code does where a document has one:
//
//	import _ "github.com/tornadogen/tornadogen/runtime/ecmaregex"
//
// The engine backtracks, so a match may take long on hostile input; after [Timeout] the string counts as one that does not match.
package ecmaregex

import (
	"time"

	"github.com/dlclark/regexp2"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// Timeout bounds one match.
const Timeout = 100 * time.Millisecond

func init() { validate.RegisterECMA(compile) }

// compile returns a function that reports whether the pattern is found in a string. It is safe for use from any goroutine.
func compile(pattern string) (func(string) bool, error) {
	re, err := regexp2.Compile(pattern, regexp2.ECMAScript|regexp2.Unicode)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = Timeout
	return func(s string) bool {
		found, err := re.MatchString(s)
		return err == nil && found
	}, nil
}
