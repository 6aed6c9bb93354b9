package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// errorMessage is what the body of an error says in words, "" where it has no such member.
func errorMessage(a *ir.Answer) (code *jen.Statement, width int) {
	if a.ErrorText == nil {
		return jen.Lit(""), len(`""`)
	}
	name := a.Content.Field + "." + a.ErrorText.Name
	if a.ErrorText.Presence == ir.Plain {
		return jen.Id("e." + name), len("e.") + len(name)
	}
	return jen.Id("e." + name).Dot("Value").Call(), len("e..Value()") + len(name)
}

// printFallback prints the function that makes a declared default from a status.
func printFallback(f *file, fb *ir.Fallback) {
	params := jen.Params(jen.Id("status").Int(), jen.Id("title").String())
	if !usesTitle(fb) {
		params = jen.Params(jen.Id("status").Int(), jen.Id("_").String())
	}
	f.decl("", jen.Func().Id(fb.Func).Add(params).Error().BlockFunc(func(g *jen.Group) {
		fields := []jen.Code{field(fb.Answer.StatusField, jen.Id("status"))}
		if fb.Body == nil {
			g.Return(jen.Id(fb.Answer.Name).Values(fields...))
			return
		}
		g.Id("e").Op(":=").Id(fb.Answer.Name).Values(fields...)
		for _, a := range fb.Assign {
			target := "e." + fb.Answer.Content.Field + "." + a.Field.Name
			g.Add(assignTo(target, &a.Field.Use, fallbackValue(a)))
		}
		g.Return(jen.Id("e"))
	}))
}

func usesTitle(fb *ir.Fallback) bool {
	for _, a := range fb.Assign {
		if a.From == ir.FallbackTitle {
			return true
		}
	}
	return false
}

func fallbackValue(a *ir.FallbackField) jen.Code {
	switch a.From {
	case ir.FallbackStatus:
		return goType(a.Field.Type.Go).Call(jen.Id("status"))
	case ir.FallbackStatusText:
		return jen.Qual("strconv", "Itoa").Call(jen.Id("status"))
	case ir.FallbackText:
		return jen.Lit(a.Text)
	case ir.FallbackTitle:
	}
	return jen.Id("title")
}
