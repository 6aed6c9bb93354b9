package ir

import (
	"go/token"
	"slices"

	"github.com/stretchr/testify/assert"
)

// checker is what *testing.T and *rapid.T have in common.
type checker interface {
	assert.TestingT
	Helper()
}

// checkNames verifies that a plan declares each identifier once: in the package, and in each type.
func checkNames(t checker, p *Package) {
	t.Helper()
	c := &nameCheck{t: t, seen: make(map[string]string), fallbacks: make(map[*Fallback]bool)}
	n := p.Names
	for _, name := range []string{n.Handler, n.New, n.Client, n.NewClient, n.Operations, n.Document, n.DocumentBytes, n.Unknown} {
		c.add(name, "reserved")
	}
	for _, d := range p.Types {
		c.declared(d)
	}
	for _, codec := range p.Codecs {
		c.add(codec.Decode, "codec")
		for _, way := range codec.Type.Forms() {
			c.add(codec.Append[way], "codec")
		}
	}
	for _, r := range p.Rules {
		c.add(r.Name, "rule")
	}
	for _, shared := range p.SharedErrors {
		c.add(shared.Name, "error")
		c.add(shared.Read, "function")
	}
	for _, check := range p.Checks {
		c.add(check.Name, "check")
	}
	if len(p.Checks) > 0 {
		c.add(n.Schemas, "schemas")
	}
	for _, h := range p.Handlers {
		c.add(h.Name, "handler")
		c.add(h.Unimplemented, "handler")
	}
	methods := c.members("Client")
	for _, op := range p.Every {
		methods(op.Name)
		c.operation(op)
	}
	for _, h := range p.Links {
		c.add(h.Func, "link")
	}
	for _, s := range p.Servers {
		c.server(s)
	}
	for _, h := range p.Hooks {
		for _, name := range []string{h.Sender, h.NewSender, h.Handler, h.Unimplemented, h.New} {
			c.add(name, "hooks")
		}
		for _, u := range h.URLs {
			c.add(u.Func, "address")
		}
	}
	if p.Security != nil {
		c.add(p.Security.Authenticator, "security")
		c.add(p.Security.Unimplemented, "security")
		schemes := c.members("Authenticator")
		for _, s := range p.Security.Schemes {
			schemes(s.Method)
			c.add(s.Option, "option")
		}
	}
}

func (c *nameCheck) server(s *Server) {
	c.add(s.Func, "server")
	if s.Variables != "" {
		c.add(s.Variables, "server")
	}
	for _, f := range s.Fields {
		if f.Enum != "" {
			c.add(f.Enum, "server")
		}
		for _, v := range f.Values {
			c.add(v.Name, "server")
		}
	}
}

type nameCheck struct {
	t         checker
	seen      map[string]string
	fallbacks map[*Fallback]bool
}

func (c *nameCheck) add(name, what string) {
	c.t.Helper()
	if first, taken := c.seen[name]; taken {
		assert.Fail(c.t, "declared twice", "%s: as %s and as %s", name, first, what)
	}
	c.seen[name] = what
	assert.True(c.t, token.IsIdentifier(name), "%q of %s", name, what)
	assert.False(c.t, slices.Contains(Locals, name) || slices.Contains(imports, name), "%q is the name of a local or of a package", name)
}

// members returns a function that notes the fields and methods of one type.
func (c *nameCheck) members(of string, methods ...string) func(name string) {
	seen := make(map[string]bool)
	for _, m := range methods {
		seen[m] = true
	}
	return func(name string) {
		assert.False(c.t, seen[name], "%s is twice in %s", name, of)
		assert.True(c.t, token.IsIdentifier(name) && token.IsExported(name), "%q of %s", name, of)
		seen[name] = true
	}
}

func (c *nameCheck) declared(t *Type) {
	c.add(t.Name, "type")
	if t.AliasOf != nil {
		return
	}
	switch t.Kind {
	case KindTuple:
	case KindStruct:
		c.add(t.Struct.Keys, "keys")
		field := c.members(t.Name, "DecodeJSON", "AppendJSON", "MarshalJSON", "UnmarshalJSON")
		for _, f := range t.Struct.Fields {
			field(f.Name)
			assert.NotNil(c.t, f.Go, "%s.%s", t.Name, f.Name)
		}
		if t.Struct.Extra != nil {
			field(t.Struct.Extra.Name)
		}
		assert.Len(c.t, t.Struct.Append[ToAnyone], len(t.Struct.Fields), t.Name)
	case KindEnum:
		if t.Enum.Var != "" {
			c.add(t.Enum.Var, "values")
		}
		for _, v := range t.Enum.Values {
			c.add(v.Name, "constant")
		}
	case KindUnion:
		c.add(t.Union.Interface, "interface")
		assert.NotEmpty(c.t, t.Union.Members, t.Name)
		assert.NotNil(c.t, t.Union.Pick, t.Name)
		if t.Union.Keys != "" {
			c.add(t.Union.Keys, "keys")
		}
		for _, m := range t.Union.Members {
			if m.Wrapped {
				c.add(m.Name, "wrapper")
			}
		}
	default:
		assert.NotNil(c.t, t.Elem, t.Name)
	}
}

func (c *nameCheck) operation(op *Operation) {
	c.add(op.Var, "operation")
	c.add(op.Request.Name, "request")
	field := c.members(op.Request.Name)
	for _, p := range op.Request.Params {
		field(p.Field)
		assert.NotNil(c.t, p.Go)
	}
	if op.Request.Body != nil {
		for _, v := range op.Request.Body.Variants {
			field(v.Field)
			assert.NotNil(c.t, v.Go)
		}
	}
	for _, a := range append(slices.Clone(op.Result.Answers), op.Errors...) {
		c.answer(a)
	}
	if op.Result.Interface != "" {
		c.add(op.Result.Interface, "interface")
	}
	if op.Result.Write != "" {
		c.add(op.Result.Write, "function")
	}
	if f := op.Fallback; f != nil && !c.fallbacks[f] { // operations share one
		c.fallbacks[f] = true
		c.add(f.Func, "function")
	}
}

func (c *nameCheck) answer(a *Answer) {
	if a.Name == "" {
		return
	}
	c.add(a.Name, "answer")
	field := c.members(a.Name, "WriteResponse", "Operation")
	if a.Error {
		field("Error")
		field("StatusCode")
	}
	if a.StatusField != "" {
		field(a.StatusField)
	}
	if a.Content != nil {
		field(a.Content.Field)
		assert.NotNil(c.t, a.Content.Go)
	}
	for _, h := range a.Headers {
		field(h.Field)
	}
}
