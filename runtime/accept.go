package tornado

import (
	"context"
	"slices"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

// acceptField is the Accept field of a request.
type acceptField struct {
	head *http1.Head // as long as it stands
	kept []byte      // where there is no head; nil: no such field
}

// keep returns the field in memory of its own, nil if there is none. Several lines are one list (RFC 9110 section 5.3).
// That of a client that takes anything is not kept.
func (a acceptField) keep() []byte {
	accept := a.value()
	if string(accept) == "*/*" {
		return nil
	}
	return slices.Clone(accept)
}

// value returns the field, nil if there is none.
func (a acceptField) value() []byte {
	if a.head == nil {
		return a.kept
	}
	accept := a.head.Accept
	if accept == nil {
		return nil
	}
	lines := 0
	for value := range a.head.Values("Accept") {
		if lines++; lines > 1 {
			accept = append(append(slices.Clip(accept), ", "...), value...)
		}
	}
	return accept
}

// takes reports whether the client takes one of types.
func (a acceptField) takes(types []string) bool {
	return a.head.Accept == nil || param.Accepts(a.head.Accept, types) >= 0 || a.best(types) >= 0
}

// best returns the position in types of the media type that the client likes best, of equals the first, and -1 if it takes none.
func (a acceptField) best(types []string) int {
	accept := a.value()
	if accept == nil {
		return 0
	}
	return param.Accepts(accept, types)
}

// Accepts returns the one of types that the client whose request ctx belongs to likes best by its Accept field (RFC 9110 section
// 12.5.1), of equals the first; "" if it takes none. A handler whose answers differ by media type asks it which one to give.
// Where an answer is one value in several media types, the choice is made without it. It panics like [Raw].
func Accepts(ctx context.Context, types ...string) string {
	if i := Raw(ctx).exchange().reply.accept.best(types); i >= 0 {
		return types[i]
	}
	return ""
}

// AcceptsCoding returns the one of codings that an Accept-Encoding field (RFC 9110 section 12.5.3) likes best, of equals the first; "" if
// the content is to be sent as it is. Lines of the field are one list, joined by commas. The codings are lower case.
func AcceptsCoding(field string, codings ...string) string {
	if i := param.AcceptsCoding([]byte(field), codings); i >= 0 {
		return codings[i]
	}
	return ""
}
