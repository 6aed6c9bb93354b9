package site

import (
	"bytes"
	"fmt"
	"html/template"
	"path"
	"regexp"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	markdown "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"github.com/tornadogen/tornadogen/docs/internal/page"
)

// toHTML writes what package page has parsed.
var toHTML = renderer.NewRenderer(renderer.WithNodeRenderers(
	util.Prioritized(blocks{}, 100), util.Prioritized(extension.NewTableHTMLRenderer(), 500), util.Prioritized(markdown.NewRenderer(), 1000)))

// render makes HTML of a page, with links to the site's own pages.
func (s *Site) render(e *Entry) (template.HTML, error) {
	var comments []ast.Node
	err := ast.Walk(e.Page.Root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			n.Destination = []byte(s.target(e, string(n.Destination)))
		case *ast.Image:
			n.Destination = []byte(s.target(e, string(n.Destination)))
		case *ast.HTMLBlock: // what tests read
			comments = append(comments, n)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	for _, n := range comments {
		n.Parent().RemoveChild(n.Parent(), n)
	}
	var b bytes.Buffer
	if err := toHTML.Render(&b, e.Page.Source, e.Page.Root); err != nil {
		return "", err
	}
	text := strings.ReplaceAll(b.String(), "<table>", `<div class="scroll"><table>`)  // wide ones scroll by themselves
	return template.HTML(strings.ReplaceAll(text, "</table>", "</table></div>")), nil // HTML in a page is left out
}

// target returns where a link of a page leads on the site: to another page, or to a file of the project.
func (s *Site) target(from *Entry, to string) string {
	if strings.Contains(to, "://") || strings.HasPrefix(to, "#") || strings.HasPrefix(to, "mailto:") {
		return to
	}
	file, anchor, has := strings.Cut(to, "#")
	file = path.Join(path.Dir(from.Path), file)
	if has {
		anchor = "#" + anchor
	}
	if e := s.byPath[file]; e != nil {
		return strings.Repeat("../", strings.Count(from.URL, "/")) + e.URL + anchor
	}
	if file == "docs/README.md" { // the navigation
		return strings.Repeat("../", strings.Count(from.URL, "/")) + "index.html"
	}
	return source + file + anchor
}

// blocks renders headings with a link to themselves, code in colours, and names so that tables of a narrow screen can part them.
type blocks struct{}

func (blocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHeading, heading)
	r.Register(ast.KindFencedCodeBlock, code)
	r.Register(ast.KindCodeBlock, code)
	r.Register(ast.KindCodeSpan, span)
}

func heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	level := string('0' + byte(n.(*ast.Heading).Level))
	id, _ := n.AttributeString("id")
	anchor, _ := id.([]byte)
	if entering {
		_, _ = w.WriteString("<h" + level + ` id="` + string(anchor) + `">`)
	} else {
		_, _ = w.WriteString(`<a class="anchor" aria-label="link to this heading" href="#` + string(anchor) + `">#</a></h` + level + ">\n")
	}
	return ast.WalkContinue, nil
}

// joint is where a name can be parted, with what follows.
var joint = regexp.MustCompile(`([._/(])([A-Za-z0-9])`)

func span(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var text []byte
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		text = append(text, c.(*ast.Text).Value(source)...)
	}
	text = util.EscapeHTML(bytes.ReplaceAll(text, []byte("\n"), []byte(" ")))
	_, err := fmt.Fprintf(w, "<code>%s</code>", joint.ReplaceAll(text, []byte("$1<wbr>$2")))
	return ast.WalkSkipChildren, err
}

var formatter = html.New(html.WithClasses(true), html.WithLineNumbers(false))

func code(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	language := "text"
	if fenced, ok := n.(*ast.FencedCodeBlock); ok && len(fenced.Language(source)) > 0 {
		language = string(fenced.Language(source))
	}
	lexer := lexers.Get(language)
	if lexer == nil {
		lexer = lexers.Fallback
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, page.Lines(n, source))
	if err != nil {
		return ast.WalkStop, err
	}
	return ast.WalkSkipChildren, formatter.Format(w, styles.Fallback, tokens)
}

// codeStyle returns the colours of code, in the light and in the dark.
func codeStyle() ([]byte, error) {
	var b bytes.Buffer
	if err := formatter.WriteCSS(&b, styles.Get("github")); err != nil {
		return nil, err
	}
	b.WriteString("@media (prefers-color-scheme: dark) {\n")
	if err := formatter.WriteCSS(&b, styles.Get("github-dark")); err != nil {
		return nil, err
	}
	b.WriteString("}\n")
	return b.Bytes(), nil
}
