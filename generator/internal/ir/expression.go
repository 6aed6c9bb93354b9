package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// Value is what a runtime expression of the document gives in Go (OpenAPI 3.1 section 4.8.20.4): a constant, or what Steps lead to
// from the variable Root.
type Value struct {
	Const *Expr  // of a constant
	Root  string // "req" or "res"; "address" or "header", which the caller gives
	Steps []ValueStep
	Type  *Type // what the last step gives, out of its wrapper; of a constant nil
	// EmptyIsMissing tells that it is a text, and not there, either, where it is empty.
	EmptyIsMissing bool
	// Convert turns it into what is asked for.
	Convert Convert
	Target  *GoType // of ConvertGo
}

// ValueStep is one step from a value to a part of it, and then out of the wrapper that this part stands in.
type ValueStep struct {
	Kind     StepKind
	Name     string // of StepField and StepKey
	Index    int    // of StepIndex
	Presence Presence
	Pointer  bool // behind the wrapper stands a pointer
}

// StepKind says how a step goes on.
type StepKind int

// The kinds of steps.
const (
	StepHere   StepKind = iota // the value itself, which stands in a wrapper
	StepField                  // .Name
	StepIndex                  // [Index], where there are as many
	StepKey                    // ["Name"], where it is there
	StepHeader                 // .Get("Name") of an http.Header, where it is not empty
)

// Convert says how a value becomes what is asked for.
type Convert int

// The conversions.
const (
	ConvertNone   Convert = iota
	ConvertGo             // Target(x)
	ConvertInt            // strconv.FormatInt(int64(x), 10)
	ConvertUint           // strconv.FormatUint(uint64(x), 10)
	ConvertString         // x.String()
)

// scene is what an expression may speak of.
type scene struct {
	op     *Operation
	answer *Answer // nil: the response is not there yet
	asks   bool    // the caller gives what neither the request nor the answer has in Go
	used   map[string]bool
	why    string // what is wrong with the expression that Go could not say, if more can be told
}

// fail says why there is no value.
func (s *scene) fail(why string) *Value {
	s.why = why
	return nil
}

// value plans one runtime expression; nil where Go cannot say it.
func (s *scene) value(expression string) *Value {
	s.why = ""
	where, rest, _ := strings.Cut(expression, ".")
	switch where {
	case "$url":
		if !s.asks {
			return nil
		}
		v := s.from("address", nil, textType())
		v.EmptyIsMissing = true
		return v
	case "$method":
		return &Value{Const: stringExpr(s.op.Method)}
	case "$statusCode":
		switch {
		case s.answer == nil:
			return nil
		case s.answer.Status != 0:
			return &Value{Const: intExpr(int64(s.answer.Status))}
		}
		return s.from("res", []ValueStep{{Kind: StepField, Name: s.answer.StatusField}}, &Type{Kind: KindInt32, Go: builtin("int")})
	case "$request":
		return s.request(rest)
	case "$response":
		return s.response(rest)
	}
	return s.fail("is no runtime expression")
}

func (s *scene) from(root string, steps []ValueStep, t *Type) *Value {
	if t == nil {
		return nil
	}
	s.used[root] = true
	return &Value{Root: root, Steps: steps, Type: t}
}

// request is what the caller has sent.
func (s *scene) request(source string) *Value {
	if pointer, ok := bodySource(source); ok {
		body := s.op.Request.Body
		switch {
		case body == nil:
			return s.fail("is of a request that has no body")
		case body.Variants[0].Shape != BodyTyped:
			return s.fail("is of a body that is bytes in Go")
		}
		c := body.Variants[0]
		steps, t := walk([]ValueStep{stepTo(StepField, c.Field, &c.Use)}, c.Type, pointer)
		if t == nil {
			return s.fail("leads to nothing that the schema of the body declares")
		}
		return s.from("req", steps, t)
	}
	place, name, _ := strings.Cut(source, ".")
	i := slices.IndexFunc(s.op.Request.Params, func(p *Param) bool { return string(p.In) == place && sameName(p, name) })
	if i < 0 {
		return s.fail("is no parameter that the operation declares, which it has to (OpenAPI 3.1 section 4.8.20.3)")
	}
	p := s.op.Request.Params[i]
	return s.from("req", []ValueStep{stepTo(StepField, p.Field, &p.Use)}, p.Type)
}

// response is what was answered.
func (s *scene) response(source string) *Value {
	if s.answer == nil {
		return nil
	}
	if pointer, ok := bodySource(source); ok {
		c := s.answer.Content
		switch {
		case c == nil:
			return s.fail("is of a response that has no body")
		case c.Shape != BodyTyped:
			return s.fail("is of a body that is bytes in Go")
		}
		first := stepTo(StepField, c.Field, &c.Use)
		if s.answer.Name == "" {
			first.Kind = StepHere
			first.Pointer = s.op.Result.Kind == ResultPointer && pointer == "" // a part of it is reached through the pointer
		}
		steps, t := walk([]ValueStep{first}, c.Type, pointer)
		if t == nil {
			return s.fail("leads to nothing that the schema of the body declares")
		}
		return s.from("res", steps, t)
	}
	place, name, _ := strings.Cut(source, ".")
	i := slices.IndexFunc(s.answer.Headers, func(p *Param) bool { return sameName(p, name) })
	switch {
	case place != "header" || !spec.IsToken(name):
		return s.fail("is no runtime expression")
	case i < 0 && s.asks: // a response may have more than it declares
		return s.from("header", []ValueStep{{Kind: StepHeader, Name: name}}, textType())
	case i < 0:
		return s.fail("is no header that the response declares")
	}
	p := s.answer.Headers[i]
	return s.from("res", []ValueStep{stepTo(StepField, p.Field, &p.Use)}, p.Type)
}

func sameName(p *Param, name string) bool {
	if p.In == spec.InHeader {
		return strings.EqualFold(p.Source.Name, name)
	}
	return p.Source.Name == name
}

// bodySource takes the pointer out of "body#/a/b"; "" is all of the body.
func bodySource(source string) (pointer string, ok bool) {
	rest, ok := strings.CutPrefix(source, "body")
	if !ok || rest != "" && rest[0] != '#' {
		return "", false
	}
	return strings.TrimPrefix(rest, "#"), true
}

func stepTo(kind StepKind, name string, u *Use) ValueStep {
	return ValueStep{Kind: kind, Name: name, Presence: u.Presence, Pointer: u.Pointer}
}

// walk follows a JSON pointer (RFC 6901) through types; nil where it leads nowhere that has a type.
func walk(steps []ValueStep, t *Type, pointer string) ([]ValueStep, *Type) {
	if pointer == "" || pointer == "/" {
		return steps, t
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = unescape(token)
		switch t.Kind {
		case KindStruct:
			i := slices.IndexFunc(t.Struct.Fields, func(f *Field) bool { return f.JSON == token })
			if i < 0 {
				return nil, nil
			}
			f := t.Struct.Fields[i]
			steps, t = append(steps, stepTo(StepField, f.Name, &f.Use)), f.Type
		case KindMap:
			steps, t = append(steps, stepTo(StepKey, token, t.Elem)), t.Elem.Type
		case KindArray:
			n, err := strconv.Atoi(token)
			if err != nil || n < 0 {
				return nil, nil
			}
			step := stepTo(StepIndex, "", t.Elem)
			step.Index = n
			steps, t = append(steps, step), t.Elem.Type
		default:
			return nil, nil
		}
	}
	return steps, t
}

// convert makes v a value of t; false where that is not said in an expression.
func (v *Value) convert(t *Type) bool {
	if v.Type.Go.String() == t.Go.String() {
		return true
	}
	from, to := baseKind(v.Type), baseKind(t)
	switch {
	case isInteger(from) && isInteger(to) && fits(from, to), from == KindString && to == KindString:
		v.Convert, v.Target = ConvertGo, t.Go
		return true
	case t.Kind == KindString:
		return v.text()
	}
	return false
}

// fits says whether every integer of one kind is one of another.
func fits(from, to Kind) bool {
	inner, outer := kindSpans[from], kindSpans[to]
	return inner.low.Cmp(outer.low) >= 0 && inner.high.Cmp(outer.high) <= 0
}

// text makes v a string.
func (v *Value) text() bool {
	switch from := baseKind(v.Type); {
	case v.Type.Kind == KindString:
	case from == KindString:
		v.Convert, v.Target = ConvertGo, builtin("string")
	case from == KindUint32 || from == KindUint64:
		v.Convert = ConvertUint
	case isInteger(from):
		v.Convert = ConvertInt
	case from == KindUUID || from == KindDate || from == KindAddr:
		v.Convert = ConvertString
	default:
		return false
	}
	return true
}

// baseKind is the kind of what an enum consists of.
func baseKind(t *Type) Kind {
	if t.Kind == KindEnum {
		return t.Enum.Base
	}
	return t.Kind
}

func isInteger(k Kind) bool {
	return k == KindInt32 || k == KindInt64 || k == KindUint32 || k == KindUint64
}

// template takes a text with expressions in braces apart, or an expression without; bad is the first one that Go cannot say.
func (s *scene) template(text string) (parts []*Value, bad string) {
	if strings.HasPrefix(text, "$") {
		text = "{" + text + "}"
	}
	for text != "" {
		open := strings.Index(text, "{$")
		if open != 0 {
			if open < 0 {
				open = len(text)
			}
			parts, text = joinConst(parts, text[:open]), text[open:]
			continue
		}
		expression, rest, closed := strings.Cut(text[1:], "}")
		v := s.value(expression)
		switch {
		case !closed:
			s.why = "lacks its closing brace"
			return nil, expression
		case v == nil:
			return nil, expression
		case v.Const != nil && v.Const.Kind == ExprInt:
			parts = joinConst(parts, strconv.FormatInt(v.Const.Int, 10))
		case v.Const != nil:
			parts = joinConst(parts, v.Const.Text)
		case !v.text():
			return nil, expression
		default:
			parts = append(parts, v)
		}
		text = rest
	}
	return parts, ""
}

// joinConst puts a constant behind texts.
func joinConst(parts []*Value, text string) []*Value {
	if n := len(parts); n > 0 && parts[n-1].Const != nil {
		parts[n-1].Const = stringExpr(parts[n-1].Const.Text + text)
		return parts
	}
	return append(parts, &Value{Const: stringExpr(text)})
}
