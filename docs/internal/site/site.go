// Package site makes a static site of the pages of the documentation. Their order is that of docs/README.md; their links work on the site
// as they do on GitHub. A page brings everything with it and asks no other host.
package site

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/tornadogen/tornadogen/docs/internal/page"
)

//go:embed assets
var assets embed.FS

var layout = template.Must(template.ParseFS(assets, "assets/page.html"))

// source is where files that are no pages are looked at.
const source = "https://github.com/tornadogen/tornadogen/blob/main/"

// A Section is a heading of the navigation with the pages below it.
type Section struct {
	Title   string
	Entries []*Entry
}

// An Entry is a page in the navigation.
type Entry struct {
	Title string // as the navigation calls it
	Path  string // of its Markdown, below the root of the project
	URL   string // of the page, below the root of the site
	Page  *page.Page
}

// Site is all pages in their order.
type Site struct {
	Sections []Section
	entries  []*Entry
	byPath   map[string]*Entry
	hidden   []*Entry // pages that other pages list: the decisions
}

// Read reads the navigation and all pages of the project at root.
func Read(root string) (*Site, error) {
	s := &Site{byPath: map[string]*Entry{}}
	contents, err := page.Read(root, "docs/README.md")
	if err != nil {
		return nil, err
	}
	for n := contents.Root.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level == 2 {
				s.Sections = append(s.Sections, Section{Title: page.Plain(n, contents.Source)})
			}
		case *ast.List:
			section := &s.Sections[len(s.Sections)-1]
			for item := n.FirstChild(); item != nil; item = item.NextSibling() {
				link, ok := item.FirstChild().FirstChild().(*ast.Link)
				if !ok {
					return nil, fmt.Errorf("docs/README.md: %q is no link", page.Plain(item, contents.Source))
				}
				e, err := s.add(root, path.Join("docs", string(link.Destination)), page.Plain(link, contents.Source))
				if err != nil {
					return nil, err
				}
				section.Entries, s.entries = append(section.Entries, e), append(s.entries, e)
			}
		}
	}
	decisions, err := filepath.Glob(filepath.Join(root, "docs/adr/[0-9]*.md"))
	if err != nil {
		return nil, err
	}
	for _, file := range decisions {
		e, err := s.add(root, "docs/adr/"+filepath.Base(file), "")
		if err != nil {
			return nil, err
		}
		e.Title = e.Page.Title
		s.hidden = append(s.hidden, e)
	}
	return s, nil
}

func (s *Site) add(root, file, title string) (*Entry, error) {
	p, err := page.Read(root, file)
	if err != nil {
		return nil, err
	}
	e := &Entry{Title: title, Path: file, URL: urlOf(file), Page: p}
	s.byPath[file] = e
	return e, nil
}

// urlOf returns where a page of Markdown stands on the site: guide/tls.html for docs/guide/tls.md.
func urlOf(file string) string {
	dir, base := path.Split(strings.TrimPrefix(file, "docs/"))
	if base == "README.md" {
		return dir + "index.html"
	}
	return dir + strings.ToLower(strings.TrimSuffix(base, ".md")) + ".html"
}

// view is what the layout is filled with.
type view struct {
	*Entry
	Site           *Site
	Base           string // from the page to the root of the site: "../"
	Body           template.HTML
	Source         string
	Headings       []page.Heading
	Previous, Next *Entry
}

// Write writes the site into a folder, beside what is there.
func (s *Site) Write(folder string) error {
	for i, e := range s.entries {
		v := view{Entry: e}
		if i > 0 {
			v.Previous = s.entries[i-1]
		}
		if i+1 < len(s.entries) {
			v.Next = s.entries[i+1]
		}
		if err := s.write(folder, v); err != nil {
			return err
		}
	}
	for _, e := range s.hidden {
		if err := s.write(folder, view{Entry: e}); err != nil {
			return err
		}
	}
	return s.writeAssets(folder)
}

func (s *Site) write(folder string, v view) error {
	body, err := s.render(v.Entry)
	if err != nil {
		return fmt.Errorf("%s: %w", v.Path, err)
	}
	v.Site, v.Body, v.Source = s, body, source+v.Path
	v.Base = strings.Repeat("../", strings.Count(v.URL, "/"))
	for _, h := range v.Page.Headings {
		if h.Level == 2 {
			v.Headings = append(v.Headings, h)
		}
	}
	var b bytes.Buffer
	if err := layout.Execute(&b, v); err != nil {
		return err
	}
	return put(folder, v.URL, b.Bytes())
}

func put(folder, name string, data []byte) error {
	file := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// writeAssets writes the style, with the colours of code, and the search with its index.
func (s *Site) writeAssets(folder string) error {
	style, err := assets.ReadFile("assets/style.css")
	if err != nil {
		return err
	}
	colours, err := codeStyle()
	if err != nil {
		return err
	}
	if err := put(folder, "style.css", append(style, colours...)); err != nil {
		return err
	}
	search, err := assets.ReadFile("assets/search.js")
	if err != nil {
		return err
	}
	index, err := json.Marshal(s.index())
	if err != nil {
		return err
	}
	return put(folder, "search.js", fmt.Appendf(nil, "const index = %s;\n%s", index, search))
}
