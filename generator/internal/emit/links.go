package emit

import (
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printLinks prints links_gen.go: what leads from answers to other operations.
func printLinks(f *file, p *ir.Package) {
	for _, h := range p.Links {
		printHelper(f, h)
	}
}

// printHelper prints a function that makes something of a request and its answer.
func printHelper(f *file, h *ir.Helper) {
	var params []jen.Code
	if h.Request != nil {
		params = append(params, jen.Id("req").Add(goType(h.Request)))
	}
	if h.Answer != nil {
		params = append(params, jen.Id("res").Add(goType(h.Answer)))
	}
	if h.Address {
		params = append(params, jen.Id("address").String())
	}
	if h.Header {
		params = append(params, jen.Id("header").Qual("net/http", "Header"))
	}
	name, typ := "url", jen.String()
	if h.Next != nil {
		name, typ = "next", goType(h.Next)
	}
	f.decl(h.Doc, jen.Func().Id(h.Func).Params(params...).Params(jen.Id(name).Add(typ), jen.Id("ok").Bool()).BlockFunc(func(g *jen.Group) {
		r := &reacher{missing: func() *jen.Statement { return jen.Return(jen.Id(name), jen.False()) }}
		if h.Next == nil {
			g.Return(r.joined(g, h.URL), jen.True())
			return
		}
		for _, set := range h.Set {
			r.set(g, "next", set)
		}
		g.Return(jen.Id("next"), jen.True())
	}))
}

// reacher adds what leads to values, and what is done where one is missing.
type reacher struct {
	missing func() *jen.Statement // returns where a value is missing
	names   int                   // of variables so far
}

// local is a name that no variable has so far: x, x2, x3.
func (r *reacher) local() string {
	if r.names++; r.names == 1 {
		return "x"
	}
	return "x" + strconv.Itoa(r.names)
}

// assign sets one field of a request.
func (r *reacher) assign(g *jen.Group, request string, set *ir.HelperSet, value *jen.Statement) {
	if set.Pointer {
		local := r.local()
		g.Add(define(local, value))
		value = jen.Op("&").Id(local)
	}
	g.Add(assignTo(request+"."+set.Field, &ir.Use{Presence: set.Presence}, value))
}

// set fills in one field of a struct in hand.
func (r *reacher) set(g *jen.Group, of string, set *ir.HelperSet) {
	assignField := func(g *jen.Group, value *jen.Statement) { r.assign(g, of, set, value) }
	switch {
	case set.Go != nil:
		local := r.local()
		g.Var().Id(local).Add(goType(set.Go))
		for _, member := range set.Members {
			r.set(g, local, member)
		}
		assignField(g, jen.Id(local))
	case set.Value == nil:
		assignField(g, r.joined(g, set.Text))
	case set.Required:
		assignField(g, r.demand(g, set.Value))
	default:
		r.offer(g, set.Value, assignField)
	}
}

// joined is texts one behind the other, all of which must be there.
func (r *reacher) joined(g *jen.Group, parts []*ir.Value) *jen.Statement {
	all := jen.Lit("")
	for i, part := range parts {
		if i == 0 {
			all = r.demand(g, part)
		} else {
			all = all.Op("+").Add(r.demand(g, part))
		}
	}
	return all
}

// hurdle is what has to hold for a value to be there.
type hurdle struct {
	define    *jen.Statement // what comes before the condition: x1, ok := ...; nil for most
	condition *jen.Statement // ok, len(x) > 0
	otherwise *jen.Statement // its opposite
}

// demand adds what returns where the value is missing, and gives the value.
func (r *reacher) demand(g *jen.Group, v *ir.Value) *jen.Statement {
	hurdles, value := r.reach(v)
	for _, h := range hurdles {
		if h.define != nil {
			g.Add(h.define)
		}
		g.If(h.otherwise).Block(r.missing())
	}
	return value
}

// offer uses the value where it is there.
func (r *reacher) offer(g *jen.Group, v *ir.Value, use func(g *jen.Group, value *jen.Statement)) {
	hurdles, value := r.reach(v)
	inside := func(g *jen.Group) { use(g, value) }
	for i := len(hurdles) - 1; i >= 0; i-- {
		h, inner := hurdles[i], inside
		inside = func(g *jen.Group) {
			if h.define != nil {
				g.If(h.define, h.condition).BlockFunc(inner)
				return
			}
			g.If(h.condition).BlockFunc(inner)
		}
	}
	inside(g)
}

// reach gives the value, and what has to hold for it.
func (r *reacher) reach(v *ir.Value) (hurdles []hurdle, value *jen.Statement) {
	if v.Const != nil {
		return nil, expr(v.Const)
	}
	at := v.Root
	local := func(from *jen.Statement) {
		at = r.local()
		hurdles = append(hurdles, hurdle{jen.List(jen.Id(at), jen.Id("ok")).Op(":=").Add(from), jen.Id("ok"), jen.Op("!").Id("ok")})
	}
	holds := func(op, otherwise string, left *jen.Statement, right *jen.Statement) {
		hurdles = append(hurdles, hurdle{condition: jen.Add(left).Op(op).Add(right), otherwise: jen.Add(left).Op(otherwise).Add(right)})
	}
	for i, step := range v.Steps {
		switch step.Kind {
		case ir.StepField:
			at += "." + step.Name
		case ir.StepIndex:
			holds(">", "<=", jen.Len(jen.Id(at)), jen.Lit(step.Index))
			at += "[" + strconv.Itoa(step.Index) + "]"
		case ir.StepKey:
			local(jen.Id(at).Index(jen.Lit(step.Name)))
		case ir.StepHeader:
			field := jen.Id(at).Dot("Get").Call(jen.Lit(step.Name))
			at = r.local()
			found := jen.Id(at).Op("!=").Lit("")
			hurdles = append(hurdles, hurdle{jen.Id(at).Op(":=").Add(field), found, jen.Id(at).Op("==").Lit("")})
		case ir.StepHere:
		}
		switch {
		case step.Presence == ir.Optional || step.Presence == ir.Null || step.Presence == ir.OptNull:
			local(jen.Id(at).Dot("Get").Call())
		case step.Presence == ir.NilAbsent && step.Kind != ir.StepKey && i == len(v.Steps)-1, step.Pointer:
			holds("!=", "==", jen.Id(at), jen.Nil())
		}
		if step.Pointer && i == len(v.Steps)-1 {
			at = "*" + at
		}
	}
	if v.EmptyIsMissing {
		hurdles = andNotEmpty(hurdles, at)
	}
	return hurdles, converted(v, jen.Id(at))
}

// andNotEmpty adds to the last condition that a text is not empty.
func andNotEmpty(hurdles []hurdle, at string) []hurdle {
	is := func(op string) *jen.Statement { return jen.Id(at).Op(op).Lit("") }
	n := len(hurdles) - 1
	if n < 0 {
		return []hurdle{{condition: is("!="), otherwise: is("==")}}
	}
	last := hurdles[n]
	return append(hurdles[:n], hurdle{last.define, last.condition.Op("&&").Add(is("!=")), last.otherwise.Op("||").Add(is("=="))})
}

func converted(v *ir.Value, value *jen.Statement) *jen.Statement {
	switch v.Convert {
	case ir.ConvertGo:
		return goType(v.Target).Call(value)
	case ir.ConvertInt:
		if v.Type.Kind != ir.KindInt64 {
			value = jen.Int64().Call(value)
		}
		return jen.Qual("strconv", "FormatInt").Call(value, jen.Lit(10))
	case ir.ConvertUint:
		return jen.Qual("strconv", "FormatUint").Call(jen.Uint64().Call(value), jen.Lit(10))
	case ir.ConvertString:
		return value.Dot("String").Call()
	case ir.ConvertNone:
	}
	return value
}
