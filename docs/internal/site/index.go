package site

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	exttable "github.com/yuin/goldmark/extension/ast"

	"github.com/tornadogen/tornadogen/docs/internal/page"
)

// found is a place that the search knows: a heading and what stands below it.
type found struct {
	Page    string `json:"p"`
	Heading string `json:"h,omitempty"`
	URL     string `json:"u"`
	Text    string `json:"t"`
}

// index lists the places of all pages, in their order.
func (s *Site) index() []found {
	var all []found
	for _, e := range s.entries {
		at := found{Page: e.Title, URL: e.URL}
		var text strings.Builder
		end := func() {
			at.Text = strings.Join(strings.Fields(text.String()), " ")
			all = append(all, at)
			text.Reset()
		}
		_ = ast.Walk(e.Page.Root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch n := n.(type) {
			case *ast.Heading:
				if n.Level > 1 {
					end()
					id, _ := n.AttributeString("id")
					anchor, _ := id.([]byte)
					at = found{Page: e.Title, Heading: page.Plain(n, e.Page.Source), URL: e.URL + "#" + string(anchor)}
				}
				return ast.WalkSkipChildren, nil
			case *ast.Paragraph, *ast.TextBlock, *exttable.TableCell:
				text.WriteString(page.Plain(n, e.Page.Source) + " ")
				return ast.WalkSkipChildren, nil
			case *ast.FencedCodeBlock, *ast.CodeBlock:
				text.WriteString(page.Lines(n, e.Page.Source) + " ")
			}
			return ast.WalkContinue, nil
		})
		end()
	}
	return all
}
