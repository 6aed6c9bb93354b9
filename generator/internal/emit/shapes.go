package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printShapes prints the table of how values stand in texts that are not JSON.
func printShapes(f *file, p *ir.Package) {
	f.decl(ir.ShapesVar+" say what the texts of parameters and bodies stand for that are not JSON.",
		jen.Var().Id(ir.ShapesVar).Op("=").Add(tornado("NewShapes")).CallFunc(func(g *jen.Group) {
			for _, l := range p.Shapes {
				g.Line().Lit(l.Name).Op(",").Add(shapeText(len(l.Name), l.Text))
			}
			if len(p.Shapes) > 0 {
				g.Line()
			}
		}))
}

// shapeWidth is how long a line of a shape gets.
const shapeWidth = 140

// shapeText is the literal of a shape, behind a name of some length, in lines that end between two words where it is long.
func shapeText(name int, text string) jen.Code {
	switch {
	case !isRaw(text):
		return longText(text)
	case name+len(text) <= shapeWidth:
		return key(text)
	}
	var b strings.Builder
	width, quotes := name, 0 // no line ends inside of quotes
	for part := range strings.SplitAfterSeq(text, " ") {
		if width > 0 && quotes%2 == 0 && width+len(part) > shapeWidth {
			b.WriteString("\n\t\t")
			width = 0
		}
		b.WriteString(part)
		width += len(part)
		quotes += strings.Count(part, `"`) - strings.Count(part, `\"`)
	}
	return jen.Op("`" + strings.ReplaceAll(b.String(), " \n", "\n") + "`")
}
