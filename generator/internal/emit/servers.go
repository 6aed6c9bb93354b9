package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printServers prints servers_gen.go: a function for the address of each server.
func printServers(f *file, p *ir.Package) {
	for _, s := range p.Servers {
		var params []jen.Code
		if s.Relative {
			params = append(params, jen.Id("origin").String())
		}
		if s.Variables != "" {
			params = append(params, jen.Id("v").Id(s.Variables))
		}
		f.decl(s.Doc, jen.Func().Id(s.Func).Params(params...).String().Block(jen.Return(serverURL(s))))
		if s.Variables == "" {
			continue
		}
		f.decl(s.VariablesDoc, jen.Type().Id(s.Variables).StructFunc(func(g *jen.Group) {
			for _, v := range s.Fields {
				addComment(g, v.Doc)
				if v.Enum != "" {
					g.Id(v.Name).Id(v.Enum)
				} else {
					g.Id(v.Name).String()
				}
			}
		}))
		for _, v := range s.Fields {
			if v.Enum != "" {
				printServerEnum(f, v)
			}
		}
	}
}

func printServerEnum(f *file, v *ir.ServerField) {
	f.decl(v.EnumDoc, jen.Type().Id(v.Enum).String())
	f.decl("The values of "+v.Enum+".", jen.Const().DefsFunc(func(g *jen.Group) {
		for _, value := range v.Values {
			g.Id(value.Name).Id(v.Enum).Op("=").Add(expr(value.Expr))
		}
	}))
}

// serverURL is the address, its parts one behind the other.
func serverURL(s *ir.Server) *jen.Statement {
	var url *jen.Statement
	if s.Relative {
		url = jen.Qual("strings", "TrimRight").Call(jen.Id("origin"), jen.Lit("/"))
	}
	for _, part := range s.URL {
		code := jen.Lit(part.Text)
		if v := part.Field; v != nil {
			code = jen.Qual("cmp", "Or").Call(jen.Id("v").Dot(v.Name), jen.Lit(v.Default))
			if v.Enum != "" {
				code = jen.String().Call(code)
			}
		}
		if url == nil {
			url = code
		} else {
			url = url.Op("+").Add(code)
		}
	}
	return url
}
