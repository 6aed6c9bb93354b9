package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// errorText is the text of an error: operation and status, and, behind the separator unless that is "", what the body says.
func errorText(a *ir.Answer, separator string) *jen.Statement {
	if a.ErrorText == nil {
		separator = ""
	}
	text := jen.Lit(a.ErrorPrefix + separator)
	if a.StatusField != "" {
		status := func() *jen.Statement { return jen.Id("e").Dot(a.StatusField) }
		text = jen.Lit(a.ErrorPrefix).Op("+").Qual("strconv", "Itoa").Call(status()).Op("+").Lit(" ").Op("+").Qual("net/http", "StatusText").Call(status())
		if separator != "" {
			text = text.Op("+").Lit(separator)
		}
	}
	switch {
	case separator == "":
		return text
	case a.ErrorText.Presence == ir.Plain:
		return text.Op("+").Id("e").Dot(a.Content.Field).Dot(a.ErrorText.Name)
	}
	return text.Op("+").Id("text")
}

// errorWidth is how long the method Error is on one line, without its receiver.
func errorWidth(a *ir.Answer) int {
	width := len(`Error() string return ""`) + len(a.ErrorPrefix)
	if a.StatusField != "" {
		width += 2*len(a.StatusField) + len(` + strconv.Itoa(e.) + " " + http.StatusText(e.)`)
	}
	if a.ErrorText != nil {
		width += len(`:  + e..`) + len(a.Content.Field) + len(a.ErrorText.Name)
	}
	return width
}

// printFallback prints the function that makes the declared default of op from a status.
func printFallback(f *file, op *ir.Operation) {
	fb := op.Fallback
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
