package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// Helper is a function that makes something of a request and its answer: the request of the operation that a link leads to, or
// the address of a callback. Its last result tells whether all was there.
type Helper struct {
	Func string // "GetUserLinkRepositories", "SubscribeOnDataURL"
	Doc  string
	// Request and Answer are the types of its parameters req and res, nil where it has none.
	Request, Answer *GoType
	// Next is the request that a link makes; nil for an address, which is a text made of URL.
	Next *GoType
	Set  []*HelperSet
	URL  []*Value
}

// HelperSet fills in one field of Helper.Next.
type HelperSet struct {
	Field    string
	Presence Presence
	Pointer  bool
	Required bool     // without the value there is no request
	Value    *Value   // nil where Text is set
	Text     []*Value // texts one behind the other, for a field that is a string
}

// buildLinks plans what leads from answers to other operations.
func (b *builder) buildLinks() {
	planned := make(map[*spec.Operation]*Operation)
	for _, op := range b.pkg.Operations {
		planned[op.Source] = op
	}
	for _, op := range b.pkg.Operations {
		for _, r := range op.Source.Responses {
			a := op.answerOf(r)
			for _, link := range r.Links {
				if next := planned[link.Operation]; next != nil && a != nil {
					b.link(op, a, link, next)
				}
			}
		}
	}
}

// answerOf is the answer of a response that has JSON, else the first.
func (op *Operation) answerOf(r *spec.Response) *Answer {
	var found *Answer
	for _, a := range append(slices.Clone(op.Result.Answers), op.Errors...) {
		if a.Source == r && (found == nil || a.Content != nil && a.Content.Shape == BodyTyped && found.Content.Shape != BodyTyped) {
			found = a
		}
	}
	return found
}

// goTypeOf is how an answer of op is handed to a helper.
func (op *Operation) goTypeOf(a *Answer) *GoType {
	switch {
	case a.Error || op.Result.Kind == ResultSealed:
		return builtin(a.Name)
	default:
		return op.Result.Go
	}
}

func (b *builder) link(op *Operation, a *Answer, link *spec.Link, next *Operation) {
	s := &scene{op: op, answer: a, used: make(map[string]bool)}
	h := &Helper{Next: builtin(next.Request.Name)}
	const same = "use a value of the same type that the document declares"
	for _, p := range link.Parameters {
		i := slices.IndexFunc(next.Request.Params, func(q *Param) bool {
			return q.Source.Name == p.Name || string(q.In)+"."+q.Source.Name == p.Name
		})
		if i < 0 {
			b.badLink(p.Loc, "the operation "+quote(next.ID)+" has no parameter "+quote(p.Name)+"; it is left out of the link", "correct the name")
			continue
		}
		q := next.Request.Params[i]
		set := &HelperSet{Field: q.Field, Presence: q.Presence, Pointer: q.Pointer, Required: q.Required}
		if bad := s.set(set, q.Type, p.Value.JSON); bad != "" && q.Required {
			b.badLink(p.Loc, bad+" has no form in Go that the parameter "+quote(p.Name)+" could take; the link is left out", same)
			return
		} else if bad != "" {
			b.badLink(p.Loc, bad+" has no form in Go that the parameter "+quote(p.Name)+" could take; it is left out of the link", same)
			continue
		}
		h.Set = append(h.Set, set)
	}
	if link.Body != nil {
		if set, bad := s.body(next, link.Body.Value.JSON); bad != "" {
			b.badLink(link.Body.Loc, bad+" has no form in Go that the body of "+quote(next.ID)+" could take; it is left out of the link", same)
		} else {
			h.Set = append(h.Set, set)
		}
	}
	if len(h.Set) == 0 {
		return // a request without values needs no function
	}
	h.Func = b.scope.Take(op.Name + "Link" + naming.Part(link.Name))
	s.parameters(h)
	h.Doc = describe(h.Func, link.Description)
	if h.Doc == "" {
		h.Doc = h.Func + " makes the request of " + next.Name + " that follows " + op.Name + "."
	}
	h.Doc += "\nIt is not ok where a value is missing that the request needs."
	b.pkg.Links = append(b.pkg.Links, h)
}

// parameters gives a helper what its values are made of.
func (s *scene) parameters(h *Helper) {
	if s.used["req"] {
		h.Request = builtin(s.op.Request.Name)
	}
	if s.used["res"] {
		h.Answer = s.op.goTypeOf(s.answer)
	}
}

func (b *builder) badLink(loc spec.Location, what, remedy string) {
	b.warn(loc, classLink, what, remedy)
}

// set plans the value of a field of type t; bad is what cannot be said.
func (s *scene) set(set *HelperSet, t *Type, json string) (bad string) {
	text, isText := textOf(json)
	switch {
	case isText && strings.HasPrefix(text, "$"):
		if set.Value = s.value(text); set.Value == nil {
			return text
		}
		if set.Value.Const != nil {
			set.Value.Const = valueExpr(t, constantText(set.Value.Const, t))
			if set.Value.Const == nil {
				return text
			}
			return ""
		}
		if !set.Value.convert(t) {
			return text
		}
	case isText && strings.Contains(text, "{$"):
		if t.Kind != KindString {
			return text
		}
		set.Text, bad = s.template(text)
	default:
		constant := valueExpr(t, json)
		if constant == nil {
			return abridge(json)
		}
		set.Value = &Value{Const: constant}
	}
	return bad
}

// constantText is a constant of an expression as JSON, in quotes where t is a string.
func constantText(e *Expr, t *Type) string {
	if e.Kind == ExprInt && baseKind(t) == KindString {
		return quote(e.String())
	}
	return e.String()
}

// body plans the body of the request that a link makes.
func (s *scene) body(next *Operation, json string) (set *HelperSet, bad string) {
	if next.Request.Body == nil {
		return nil, abridge(json)
	}
	c := next.Request.Body.Variants[0]
	if c.Shape != BodyTyped {
		return nil, abridge(json)
	}
	set = &HelperSet{Field: c.Field, Presence: c.Presence, Pointer: c.Pointer, Required: next.Request.Body.Required}
	return set, s.set(set, c.Type, json)
}

// callbackURLs plans the addresses of callbacks.
func (b *builder) callbackURLs() []*Helper {
	var list []*Helper
	for _, source := range b.named {
		op := b.planned[source]
		if op == nil {
			continue
		}
		for _, c := range source.Callbacks {
			if h := b.callbackURL(op, c); h != nil {
				list = append(list, h)
			}
		}
	}
	return list
}

func (b *builder) callbackURL(op *Operation, c *spec.Callback) *Helper {
	var bad string
	for _, a := range append([]*Answer{nil}, op.Result.Answers...) {
		s := &scene{op: op, answer: a, used: make(map[string]bool)}
		h := &Helper{}
		if h.URL, bad = s.template(c.URL); bad != "" {
			continue
		}
		h.Func = b.scope.Take(b.callbackBase(op) + naming.Part(c.Name) + "URL")
		s.parameters(h)
		h.Doc = h.Func + " is where the callback " + quote(line(c.Name)) + " of " + op.Name + " goes: " + line(c.URL) + ".\nIt is not ok where a value of that is missing."
		return h
	}
	b.badLink(c.Loc, "the address "+quote(c.URL)+" holds "+bad+", which has no form in Go; there is no function that makes it", "use a value that the document declares, or make the address by yourself")
	return nil
}
