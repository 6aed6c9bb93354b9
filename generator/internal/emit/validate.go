package emit

import (
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printValidate prints validate_gen.go: what the schemas demand, as package variables.
func printValidate(f *file, p *ir.Package) {
	if p.NeedsECMA {
		f.blank(ir.RuntimeECMA) // it matches the patterns that are beyond RE2
	}
	if len(p.Rules) > 0 {
		f.decl("What the schemas demand of values.", jen.Var().DefsFunc(func(g *jen.Group) {
			for _, r := range p.Rules {
				g.Id(r.Name).Op("=").Add(rule(r))
			}
		}))
	}
	if p.NeedsShapes {
		printShapes(f, p)
	}
	printSchemas(f, p)
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

// printSchemas prints what values are checked for beside their types.
func printSchemas(f *file, p *ir.Package) {
	if len(p.Checks) == 0 {
		return
	}
	var set []jen.Code
	for _, s := range p.Schemas {
		set = append(set, jen.Lit(s.Name).Op(",").Add(jsonText(s.JSON)))
	}
	f.decl("What the schemas demand that no type says, in JSON Schema.",
		jen.Var().Id(p.Names.Schemas).Op("=").Add(tornado("NewSchemas")).Custom(jen.Options{Open: "(", Close: ")", Separator: ",", Multi: true}, set...))
	f.decl("", jen.Var().DefsFunc(func(g *jen.Group) {
		for _, c := range p.Checks {
			g.Id(c.Name).Op("=").Id(p.Names.Schemas).Dot("Get").Call(jen.Lit(c.Of))
		}
	}))
}

// jsonWidth is how long a line of JSON text is to be, maxJSONLine how long it may be.
const (
	jsonWidth   = 120
	maxJSONLine = 150
)

// jsonText is a literal of JSON text, broken behind commas where it is long.
func jsonText(text string) *jen.Statement {
	if len(text) <= jsonWidth {
		return key(text)
	}
	var lines []string
	start, end := 0, 0
	for _, next := range append(commas(text), len(text)) {
		if next-start > jsonWidth && end > start {
			lines = append(lines, text[start:end])
			start = end
		}
		end = next
	}
	lines = append(lines, text[start:])
	isLong := func(line string) bool { return len(line) > maxJSONLine }
	if !isRaw(text) || slices.ContainsFunc(lines, isLong) {
		return longText(text)
	}
	return jen.Op("`" + strings.Join(lines, "\n\t\t") + "`")
}

// commas returns the places behind the commas of JSON text that stand in no string.
func commas(text string) []int {
	var out []int
	quoted := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				out = append(out, i+1)
			}
		}
	}
	return out
}
