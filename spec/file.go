package spec

import (
	"net/url"
	"sort"
	"strings"
	"unicode/utf8"
)

// file is one parsed file. The checker may change its nodes; its bytes stay as they were.
type file struct {
	name     string   // for people: as reached from the path that the user gave
	id       string   // for identity: relative to the folder of the root document, with slashes
	path     string   // absolute, links resolved; of a document on the network its address
	url      *url.URL // of a document on the network, else nil
	base     *url.URL // of a neighbour of a document with a $self: the address that it has by that
	data     []byte   // as read
	text     string   // what was parsed: without a byte order mark
	lines    []int32
	root     *node
	names    identifiers
	members  map[*node]map[string]*node // of large objects, made on first use
	pointers map[*node]string           // those that are shortened
}

func newFile(name, id, path string, data []byte) *file {
	f := &file{
		name: name, id: id, path: path, data: data,
		text:     strings.TrimPrefix(string(data), "\ufeff"),
		members:  map[*node]map[string]*node{},
		pointers: map[*node]string{},
	}
	f.lines = append(f.lines, 0)
	for i := range len(f.text) {
		if f.text[i] == '\n' || f.text[i] == '\r' && (i+1 == len(f.text) || f.text[i+1] != '\n') {
			f.lines = append(f.lines, int32(i+1))
		}
	}
	return f
}

// membersOf is the map of a large object.
func (f *file) membersOf(n *node) map[string]*node {
	m, ok := f.members[n]
	if !ok {
		m = make(map[string]*node, len(n.kids))
		for _, kid := range n.kids {
			m[kid.key] = kid
		}
		f.members[n] = m
	}
	return m
}

// location turns an offset into line and column, both from 1, the column in bytes.
func (f *file) location(off int32, pointer string) Location {
	line := sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > off })
	return Location{File: f.name, Line: line, Column: int(off-f.lines[line-1]) + 1, Pointer: pointer}
}

// snippetWidth bounds the part of a line that is shown: a minified document is one line.
const snippetWidth = 100

// snippet is the line of a place and a caret below the column.
func (f *file) snippet(line, column int) string {
	if line < 1 || line > len(f.lines) || column < 1 {
		return ""
	}
	text := f.text[f.lines[line-1]:]
	if line < len(f.lines) {
		text = f.text[f.lines[line-1]:f.lines[line]]
	}
	text = strings.TrimRight(text, "\r\n")
	at := min(column-1, len(text))
	from := 0
	if at > snippetWidth*3/4 {
		from = at - snippetWidth/2
	}
	to := min(len(text), from+snippetWidth)
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	for at < len(text) && at > from && !utf8.RuneStart(text[at]) {
		at--
	}
	return plain(text[from:to]) + "\n" + strings.Repeat(" ", utf8.RuneCountInString(text[from:at])) + "^"
}

// plain makes text safe for a terminal: one cell a character, no control characters.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '\ufffd'
		}
		return r
	}, s)
}

// fault is a finding of a parser: a place in the text of its file.
type fault struct {
	severity            Severity
	class, what, remedy string
	off                 int32
	of                  *node // the value that it is about, nil where it is not known
}

// budget counts nodes over all files of a document.
type budget struct {
	limits  Limits
	nodes   int
	aliases int // nodes that aliases of YAML made
	size    int64
}

func (b *budget) tooDeep(off int32) *fault {
	return &fault{Error, "limit", "nested more than " + count(b.limits.Depth) + " levels deep", "move inner objects to components and refer to them", off, nil}
}

// take counts one node.
func (b *budget) take(off int32) *fault {
	b.nodes++
	if b.nodes > b.limits.Nodes {
		return b.tooMany(off)
	}
	return nil
}

func (b *budget) tooMany(off int32) *fault {
	return &fault{Error, "limit", "more than " + count(b.limits.Nodes) + " values in the document", "split the API into several documents", off, nil}
}
