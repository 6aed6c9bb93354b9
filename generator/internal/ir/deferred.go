package ir

import (
	"slices"
	"strconv"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
)

// extensionAsync makes an operation a deferred one.
const extensionAsync = "x-tornado-async"

// planKind decides how op is answered.
func (b *builder) planKind(op *Operation) {
	for _, e := range op.Source.Own {
		if !slices.Contains(operationExtensions, e.Name) {
			b.badExtension(e.Loc, e.Name, "operations have none of this name")
		}
	}
	async := op.Source.Own.Get(extensionAsync)
	if !b.flag(async) {
		return
	}
	switch {
	case op.Kind == OperationSocket:
		b.badExtension(async.Loc, async.Name, "the operation opens a WebSocket")
		return
	case op.Result.Kind == ResultStream:
		b.badExtension(async.Loc, async.Name, "the answer is a stream, whose handler may keep it and return")
		return
	}
	op.Kind = OperationDeferred
	op.Reply = b.reply(op)
	if b.pkg.Server {
		op.Doc = op.Doc + "\n\nIt answers by reply, before it returns or later."
	}
}

// replyMethods are those that every reply has, and the name of what it embeds.
var replyMethods = []string{"After", "Answered", "Deferred", "Fail", "OnDone"}

// reply plans the type by which a deferred operation is answered.
func (b *builder) reply(op *Operation) *DeferredReply {
	r := &DeferredReply{Name: b.scope.Take(op.Name + "Reply")}
	r.Doc = r.Name + " is the answer of " + op.Name + ", which is given once, from any goroutine, before the handler returns or later. Each method" +
		" that gives one reports whether it was the first."
	scope := naming.NewScope(replyMethods...)
	for _, list := range [][]*Answer{op.Result.Answers, op.Errors} {
		for _, a := range list {
			m := &ReplyMethod{Name: scope.Take(a.Label), Answer: a}
			m.Takes, m.Go = taken(op.Result, a)
			m.Doc = m.Name + " answers " + statusText(a)
			if text := line(a.Source.Description); text != "" {
				m.Doc += ": " + text
			} else {
				m.Doc += "."
			}
			r.Methods = append(r.Methods, m)
		}
	}
	return r
}

// taken decides what the method of an answer takes.
func taken(r *Result, a *Answer) (ReplyTakes, *GoType) {
	switch {
	case !a.Error && r.Kind != ResultSealed && r.Kind != ResultNone:
		return ReplyResult, r.Go
	case a.Content == nil && len(a.Headers) == 0 && a.StatusField == "":
		return ReplyNothing, nil
	case !a.Error && len(a.Headers) == 0 && a.StatusField == "":
		return ReplyBody, a.Content.Go
	}
	return ReplyAnswer, builtin(a.Name)
}

// statusText is the status of an answer as a comment names it.
func statusText(a *Answer) string {
	switch {
	case a.Low == 0:
		return "with a status of your choice"
	case a.Low != a.High:
		return "with a status of " + strconv.Itoa(a.Low) + " to " + strconv.Itoa(a.High)
	}
	return strconv.Itoa(a.Low)
}
