package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printLayouts prints media_gen.go: how values stand in media types other than JSON.
func printLayouts(f *file, p *ir.Package) {
	f.decl(p.Names.Layouts+" say how values stand in bodies that are not JSON.",
		jen.Var().Id(p.Names.Layouts).Op("=").Add(tornado("NewLayouts")).CallFunc(func(g *jen.Group) {
			for _, l := range p.Layouts {
				g.Line().Lit(l.Name).Op(",").Add(layoutText(len(l.Name), l.Text))
			}
			if len(p.Layouts) > 0 {
				g.Line()
			}
		}))
}

// layoutWidth is how long a line of a layout gets.
const layoutWidth = 140

// layoutText is the literal of a layout, behind a name of some length, in lines that end between two words where it is long.
func layoutText(name int, text string) jen.Code {
	if name+len(text) <= layoutWidth || strings.ContainsAny(text, "`\r") {
		return key(text)
	}
	var b strings.Builder
	width, quotes := name, 0 // no line ends inside of quotes
	for part := range strings.SplitAfterSeq(text, " ") {
		if width > 0 && quotes%2 == 0 && width+len(part) > layoutWidth {
			b.WriteString("\n\t\t")
			width = 0
		}
		b.WriteString(part)
		width += len(part)
		quotes += strings.Count(part, `"`) - strings.Count(part, `\"`)
	}
	return jen.Op("`" + strings.ReplaceAll(b.String(), " \n", "\n") + "`")
}
