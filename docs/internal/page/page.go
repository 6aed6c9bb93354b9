// Package page reads the pages of the documentation: their headings, their links and their blocks of code, each with its line. It reads
// Markdown as GitHub does, and gives headings the anchors that GitHub gives them, so that one link works there and on the site.
package page

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// A Page is one file of Markdown.
type Page struct {
	Path     string // below the root of the project, with slashes: docs/guide/tls.md
	Title    string // its first heading
	Source   []byte
	Root     ast.Node
	Headings []Heading
	Links    []Link
	Blocks   []Block
}

// A Heading is one of a page, in its order.
type Heading struct {
	Level  int
	Text   string
	Anchor string // as GitHub makes it: "Who is asking" has who-is-asking
}

// A Link leads somewhere, as it stands in the page.
type Link struct {
	Line int // from 1; that of the paragraph for a link in a long one
	To   string
}

// A Block is code: fenced, with the language behind the fence, or indented.
type Block struct {
	Line     int    // of its first line of code, from 1
	Language string // "go", "yaml"; empty for an indented one
	Text     string
	Note     string // of a comment in the line above it: what stands behind "code:" in <!-- code: ... -->
}

// markdown parses what the pages use: CommonMark and the tables of GitHub.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Table)).Parser()

// Read reads the page at path, below root.
func Read(root, path string) (*Page, error) {
	source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	return Parse(path, source), nil
}

// Parse reads a page from its text.
func Parse(path string, source []byte) *Page {
	p := &Page{Path: path, Source: source, Root: markdown.Parse(text.NewReader(source))}
	anchors := map[string]int{}
	_ = ast.Walk(p.Root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			p.add(n, anchors)
		}
		return ast.WalkContinue, nil
	})
	return p
}

func (p *Page) add(n ast.Node, anchors map[string]int) {
	switch n := n.(type) {
	case *ast.Heading:
		h := Heading{Level: n.Level, Text: Plain(n, p.Source)}
		h.Anchor = anchorOf(h.Text, anchors)
		n.SetAttributeString("id", []byte(h.Anchor))
		p.Headings = append(p.Headings, h)
		if p.Title == "" {
			p.Title = h.Text
		}
	case *ast.Link:
		p.Links = append(p.Links, Link{p.line(n), string(n.Destination)})
	case *ast.Image:
		p.Links = append(p.Links, Link{p.line(n), string(n.Destination)})
	case *ast.FencedCodeBlock:
		p.Blocks = append(p.Blocks, Block{p.line(n), string(n.Language(p.Source)), Lines(n, p.Source), p.note(n)})
	case *ast.CodeBlock:
		p.Blocks = append(p.Blocks, Block{p.line(n), "", Lines(n, p.Source), p.note(n)})
	}
}

// line returns the line at which n, or the block that it stands in, begins.
func (p *Page) line(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if n.Type() == ast.TypeBlock && n.Lines() != nil && n.Lines().Len() > 0 {
			return 1 + bytes.Count(p.Source[:n.Lines().At(0).Start], []byte("\n"))
		}
	}
	return 1
}

// note returns what the comment before a block of code says of it.
func (p *Page) note(n ast.Node) string {
	html, ok := n.PreviousSibling().(*ast.HTMLBlock)
	if !ok {
		return ""
	}
	note, ok := strings.CutPrefix(strings.TrimSpace(Lines(html, p.Source)), "<!-- code:")
	if !ok {
		return ""
	}
	return strings.TrimSpace(strings.TrimSuffix(note, "-->"))
}

// Lines returns the lines of a block.
func Lines(n ast.Node, source []byte) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		b.Write(at.Value(source))
	}
	return b.String()
}

// Plain returns the text of a node without its marks, spaces in place of line breaks.
func Plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(source))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
