package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printValidate prints validate_gen.go: what the schemas demand, as package variables.
func printValidate(f *file, p *ir.Package) {
	if p.NeedsECMA {
		f.blank(ir.RuntimeECMA)
	}
	if p.NeedsECMA {
		f.jen.Anon(ir.RuntimeECMA) // it matches the patterns that are beyond RE2
	}
	if len(p.Rules) > 0 {
		f.decl("What the schemas demand of values.", jen.Var().DefsFunc(func(g *jen.Group) {
			for _, r := range p.Rules {
				g.Id(r.Name).Op("=").Add(rule(r))
			}
		}))
	}
	if len(p.Shapes) > 0 {
		f.decl("What the texts of parameters that have parts stand for.", jen.Var().DefsFunc(func(g *jen.Group) {
			for _, s := range p.Shapes {
				g.Id(s.Name).Op("=").Add(tornado("NewShape")).Call(longText(s.Text))
			}
		}))
	}
	var enums []*ir.Type
	for _, t := range p.Types {
		if t.Kind == ir.KindEnum && t.AliasOf == nil && t.Enum.Var != "" {
			enums = append(enums, t)
		}
	}
	if len(enums) == 0 {
		return
	}
	f.decl("The values of the enums.", jen.Var().DefsFunc(func(g *jen.Group) {
		for _, t := range enums {
			values := make([]string, len(t.Enum.Values))
			for i, v := range t.Enum.Values {
				values[i] = v.Text
			}
			g.Id(t.Enum.Var).Op("=").Add(tornado("NewEnum")).Add(textList("(", ")", values))
		}
	}))
}

func rule(r *ir.Rule) *jen.Statement {
	fields := make([]jen.Code, len(r.Fields))
	for i, f := range r.Fields {
		fields[i] = field(f.Name, expr(f.Value))
	}
	return goType(r.Go).Values(fields...)
}
