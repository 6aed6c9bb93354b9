package ir

import (
	"encoding/json"
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
	// Address and Header tell that it has the parameters address, where the request went, and header, the fields of the answer.
	Address, Header bool
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
	Value    *Value   // nil where Text or Members are set
	Text     []*Value // texts one behind the other, for a field that is a string
	// Members are those of a struct of the type Go, for a field that is one.
	Members []*HelperSet
	Go      *GoType
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
	s := &scene{op: op, answer: a, asks: true, used: make(map[string]bool)}
	h := &Helper{Next: builtin(next.Request.Name)}
	const same = "use a value that the document declares, of the same type"
	says := func(bad, what string) string {
		if s.why != "" {
			return bad + " " + s.why
		}
		return bad + " has no form in Go that " + what + " could take"
	}
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
			b.badLink(p.Loc, says(bad, "the parameter "+quote(p.Name))+"; the link is left out", same)
			return
		} else if bad != "" {
			b.badLink(p.Loc, says(bad, "the parameter "+quote(p.Name))+"; it is left out of the link", same)
			continue
		}
		h.Set = append(h.Set, set)
	}
	if link.Body != nil {
		if set, bad := s.body(next, link.Body.Value.JSON); bad != "" {
			b.badLink(link.Body.Loc, says(bad, "the body of "+quote(next.ID))+"; it is left out of the link", same)
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
	h.Doc += s.asksFor()
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
	h.Address, h.Header = s.used["address"], s.used["header"]
}

// asksFor documents what the caller gives beside the request and the answer.
func (s *scene) asksFor() string {
	text := ""
	if s.used["address"] {
		text += "\naddress is the URL that the request was sent to."
	}
	if s.used["header"] {
		text += "\nheader has the fields of the answer, of which the document does not declare all."
	}
	return text
}

func (b *builder) badLink(loc spec.Location, what, remedy string) {
	b.warn(loc, classLink, what, remedy)
}

// set plans the value of a field of type t; bad is what cannot be said.
func (s *scene) set(set *HelperSet, t *Type, literal string) (bad string) {
	s.why = ""
	text, isText := textOf(literal)
	if whole, ok := wholeExpression(text); ok && t.Kind != KindString {
		text = whole
	}
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
	case t.Kind == KindStruct && strings.HasPrefix(literal, "{"):
		return s.members(set, t, literal)
	default:
		constant := constantOf(t, literal)
		if constant == nil {
			return abridge(literal)
		}
		set.Value = &Value{Const: constant}
	}
	return bad
}

// wholeExpression takes the braces off a text that is one expression.
func wholeExpression(text string) (string, bool) {
	inner, ok := strings.CutPrefix(text, "{$")
	inner, closed := strings.CutSuffix(inner, "}")
	return "$" + inner, ok && closed && !strings.ContainsAny(inner, "{}")
}

// constantOf is a constant of a link, which may be written as a string or as what it is: both are one text in a URL.
func constantOf(t *Type, literal string) *Expr {
	if e := valueExpr(t, literal); e != nil {
		return e
	}
	text, isText := textOf(literal)
	switch kind := literalType(literal); {
	case isText && baseKind(t) != KindString && isScalar(t.Kind):
		return valueExpr(t, text)
	case kind == "integer" || kind == "number" || kind == "boolean":
		return valueExpr(t, quote(literal))
	}
	return nil
}

// members plans an object whose members are constants or expressions, and fields of t.
func (s *scene) members(set *HelperSet, t *Type, object string) (bad string) {
	set.Go = t.Go
	in := json.NewDecoder(strings.NewReader(object))
	if open, err := in.Token(); err != nil || open != json.Delim('{') {
		return abridge(object)
	}
	for in.More() {
		key, err := in.Token()
		var value json.RawMessage
		if err != nil || in.Decode(&value) != nil {
			return abridge(object)
		}
		i := slices.IndexFunc(t.Struct.Fields, func(f *Field) bool { return f.JSON == key })
		if i < 0 {
			return abridge(object)
		}
		f := t.Struct.Fields[i]
		member := &HelperSet{Field: f.Name, Presence: f.Presence, Pointer: f.Pointer, Required: f.Presence == Plain || f.Presence == Null}
		if bad := s.set(member, f.Type, string(value)); bad != "" {
			return bad
		}
		set.Members = append(set.Members, member)
	}
	return ""
}

// constantText is a constant of an expression as JSON, in quotes where t is a string.
func constantText(e *Expr, t *Type) string {
	if e.Kind == ExprInt && baseKind(t) == KindString {
		return quote(e.String())
	}
	return e.String()
}

// body plans the body of the request that a link makes.
func (s *scene) body(next *Operation, literal string) (set *HelperSet, bad string) {
	if next.Request.Body == nil {
		return nil, abridge(literal)
	}
	c := next.Request.Body.Variants[0]
	if c.Shape != BodyTyped {
		return nil, abridge(literal)
	}
	set = &HelperSet{Field: c.Field, Presence: c.Presence, Pointer: c.Pointer, Required: next.Request.Body.Required}
	return set, s.set(set, c.Type, literal)
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
		s := &scene{op: op, answer: a, asks: true, used: make(map[string]bool)}
		h := &Helper{}
		if h.URL, bad = s.template(c.URL); bad != "" {
			continue
		}
		h.Func = b.scope.Take(b.callbackBase(op) + naming.Part(c.Name) + "URL")
		s.parameters(h)
		h.Doc = h.Func + " is where the callback " + quote(line(c.Name)) + " of " + op.Name + " goes: " + line(c.URL) + "." + s.asksFor() + "\nIt is not ok where a value of that is missing."
		return h
	}
	b.badLink(c.Loc, "the address "+quote(c.URL)+" holds "+bad+", which has no form in Go; there is no function that makes it", "use a value that the document declares, or make the address by yourself")
	return nil
}
