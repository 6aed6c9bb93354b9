package emit

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printPages prints the method of a client that gives the items of all pages of op.
func printPages(f *file, clientName string, op *ir.Operation) {
	p := op.Pages
	item := func() *jen.Statement { return goType(p.Items.Type.Elem.Go) }
	page := jen.Func().Params(jen.Id("ctx").Qual("context", "Context"), jen.Id("req").Op("*").Id(op.Request.Name)).
		Params(jen.Id("items").Index().Add(item()), jen.Id("more").Bool(), jen.Err().Error()).
		BlockFunc(func(g *jen.Group) { printPage(g, op, p) })
	f.decl(p.Doc, jen.Func().Params(jen.Id("c").Op("*").Id(clientName)).Id(p.Name).
		Params(jen.Id("ctx").Qual("context", "Context"), jen.Id("req").Id(op.Request.Name)).Qual("iter", "Seq2").Types(item(), jen.Error()).
		Block(jen.Return(client("Pages").Call(jen.Id("ctx"), jen.Op("&").Id(op.Var), jen.Id("req"), page))))
}

// printPage adds what asks for one page, gives its items, and makes the request of the next one.
func printPage(g *jen.Group, op *ir.Operation, p *ir.Pages) {
	call := jen.Id("c").Dot(op.Name).Call(jen.Id("ctx"), jen.Op("*").Id("req"))
	if p.Answer != "" {
		g.List(jen.Id("result"), jen.Err()).Op(":=").Add(call)
		g.List(jen.Id("res"), jen.Id("ok")).Op(":=").Id("result").Assert(jen.Id(p.Answer))
		g.If(jen.Op("!").Id("ok")).Block(jen.Return(jen.Nil(), jen.False(), jen.Err()))
	} else {
		g.List(jen.Id("res"), jen.Err()).Op(":=").Add(call)
		g.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.False(), jen.Err()))
	}
	r := &reacher{missing: func() *jen.Statement { return jen.Return(jen.Id("items"), jen.False(), jen.Nil()) }}
	r.offer(g, p.Items, func(g *jen.Group, items *jen.Statement) { g.Id("items").Op("=").Add(items) }) // a page without them is an empty one
	var more []*jen.Statement                                                                          // all of which must hold
	switch p.Kind {
	case ir.PagesBySet:
		for _, set := range p.Set {
			r.assign(g, "req", set, r.demand(g, set.Value))
		}
	case ir.PagesCounted:
		r.count(g, p)
		more = append(more, jen.Len(jen.Id("items")).Op(">").Lit(0))
	case ir.PagesByURL:
		more = append(more, client("NextURL").Call(jen.Id("ctx"), r.demand(g, p.URL)))
	case ir.PagesByLink:
		more = append(more, client("NextLink").Call(jen.Id("ctx")))
	}
	if p.More != nil {
		more = slices.Insert(more, 0, r.demand(g, p.More))
	}
	g.Return(jen.Id("items"), allOf(more), jen.Nil())
}

// allOf is a condition that holds where all of a list do.
func allOf(conditions []*jen.Statement) *jen.Statement {
	if len(conditions) == 0 {
		return jen.True()
	}
	all := jen.Add(conditions[0])
	for _, c := range conditions[1:] {
		all = all.Op("&&").Add(c)
	}
	return all
}

// count adds what counts a page, or the items of one, on.
func (r *reacher) count(g *jen.Group, p *ir.Pages) {
	set := p.Set[0]
	by := jen.Lit(1)
	if p.ByItem {
		by = goType(p.Number).Call(jen.Len(jen.Id("items")))
	}
	field := jen.Id("req").Dot(set.Field)
	switch {
	case set.Presence != ir.Plain:
		r.assign(g, "req", set, field.Dot("Or").Call(jen.Lit(int(p.First))).Op("+").Add(by))
	case p.ByItem:
		g.Add(field.Op("+=").Add(by))
	default:
		g.Add(field.Op("++"))
	}
}
