package media

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// node is a value that was read from a form, from parts or from XML, before its layout tells what it is.
type node struct {
	texts []text // that stand for the value itself, in the order of their coming: several make an array
	list  bool   // it is an array, though one item came: name[]=a
	keys  []string
	kids  []*node
	index map[string]int // of keys, once there are many
	next  int            // the number of the next item that has none of its own: name[]
}

// text is one value as it stands in a body.
type text struct {
	data  []byte
	what  textKind
	file  *value.File // of fileText
	fault string      // what is wrong with the part that it came in, "" if nothing is
}

type textKind uint8

const (
	plainText textKind = iota
	jsonText           // valid JSON
	fileText           // a part that looks like a file
	nullText
)

// few is how many members are looked through one by one.
const few = 8

// kid returns the member of a name, and makes it where there is none.
func (n *node) kid(key string) *node {
	if i := n.find(key); i >= 0 {
		return n.kids[i]
	}
	kid := new(node)
	if n.index != nil {
		n.index[key] = len(n.keys)
	}
	n.keys, n.kids = append(n.keys, key), append(n.kids, kid)
	if n.index == nil && len(n.keys) > few {
		n.index = make(map[string]int)
		for i, k := range n.keys {
			n.index[k] = i
		}
	}
	return kid
}

func (n *node) find(key string) int {
	if n.index == nil {
		return slices.Index(n.keys, key)
	}
	if i, ok := n.index[key]; ok {
		return i
	}
	return -1
}

// node appends a value as JSON. What its layout does not allow is written as what it looks like: the decoder refuses it.
func (d *Document) node(n *node, f *field) {
	switch {
	case len(n.kids) == 0 && !n.list && len(n.texts) == 1:
		d.text(n.texts[0], f)
	case len(n.kids) == 0 && (n.list || len(n.texts) > 1):
		d.items(n.texts, f)
	case len(n.texts) > 0: // both: nothing that anybody means
		d.JSON = append(d.JSON, '[')
		d.items(n.texts, unknown)
		d.JSON = append(d.JSON, ']')
	case f.has(kindArray) && (!f.has(kindObject) || n.numbered()), f.has(kindAny) && n.numbered() && len(n.kids) > 0:
		d.numbered(n, f)
	default:
		d.JSON = append(d.JSON, '{')
		for i, key := range n.keys {
			d.name(i, key)
			d.node(n.kids[i], f.member(key))
		}
		d.JSON = append(d.JSON, '}')
	}
}

// name appends the name of member i.
func (d *Document) name(i int, name string) {
	d.comma(i)
	d.JSON = append(jsonwire.AppendString(d.JSON, name), ':')
}

func (d *Document) comma(i int) {
	if i > 0 {
		d.JSON = append(d.JSON, ',')
	}
}

// items appends an array whose items are texts.
func (d *Document) items(texts []text, f *field) {
	d.JSON = append(d.JSON, '[')
	for i, t := range texts {
		d.comma(i)
		d.text(t, f.item(i))
	}
	d.JSON = append(d.JSON, ']')
}

// numbered reports whether all members have numbers for names: they are items.
func (n *node) numbered() bool {
	for _, key := range n.keys {
		if !isIndex(key) {
			return false
		}
	}
	return true
}

// isIndex says whether a name is the number of an item. No array has a billion of them.
func isIndex(name string) bool {
	for i := range len(name) {
		if name[i]-'0' > 9 {
			return false
		}
	}
	return 0 < len(name) && len(name) < 10
}

// numbered appends an array whose items have numbers, in their order; gaps are closed.
func (d *Document) numbered(n *node, f *field) {
	order := make([]int, len(n.kids))
	for i := range order {
		order[i] = i
	}
	if n.numbered() {
		slices.SortStableFunc(order, func(x, y int) int {
			a, _ := strconv.Atoi(n.keys[x])
			c, _ := strconv.Atoi(n.keys[y])
			return a - c
		})
	}
	d.JSON = append(d.JSON, '[')
	for i, at := range order {
		d.comma(i)
		d.node(n.kids[at], f.item(i))
	}
	d.JSON = append(d.JSON, ']')
}

// text appends what one text stands for.
func (d *Document) text(t text, f *field) {
	if t.fault != "" {
		d.Faults = append(d.Faults, Fault{Offset: len(d.JSON), Keyword: "contentType", Message: t.fault})
	}
	switch {
	case f.has(kindFile):
		d.file(t)
	case t.what == jsonText:
		d.JSON = append(d.JSON, t.data...)
	case t.what == nullText:
		d.JSON = jsonwire.AppendNull(d.JSON)
	case t.what == fileText && f.has(kindAny):
		d.JSON = jsonwire.AppendFile(d.JSON, *t.file)
	default:
		d.plain(t.data, f)
	}
}

// file appends the reference to a file that is attached.
func (d *Document) file(t text) {
	f := t.file
	if f == nil {
		f = &value.File{Data: t.data}
	}
	d.JSON = append(append(d.JSON, '"'), jsonwire.FileMark...)
	d.JSON = append(strconv.AppendInt(d.JSON, int64(len(d.Files)), 10), '"')
	d.Files = append(d.Files, *f)
}

// plain appends what a text without a type of its own stands for.
func (d *Document) plain(s []byte, f *field) {
	switch {
	case f.style == styleJSON && isJSON(s):
		d.JSON = append(d.JSON, s...)
	case f.has(kindString) && f.texts != nil && slices.Contains(f.texts, string(s)):
		d.string(s)
	case f.has(kindNumber) && isNumber(s):
		d.JSON = append(d.JSON, canonicalNumber(s)...)
	case f.has(kindBoolean) && (string(s) == "true" || string(s) == "false"):
		d.JSON = append(d.JSON, s...)
	case len(s) == 0 && f.has(kindNull) && !f.has(kindString):
		d.JSON = jsonwire.AppendNull(d.JSON)
	case f.has(kindObject) && len(s) > 0 && s[0] == '{' && isJSON(s):
		d.JSON = append(d.JSON, s...)
	case f.has(kindString) && f.texts == nil, f.has(kindAny):
		d.string(s)
	case f.has(kindArray):
		d.items([]text{{data: s}}, f)
	default:
		d.string(s)
	}
}

func (d *Document) string(s []byte) { d.JSON = jsonwire.AppendString(d.JSON, string(s)) }

// isJSON reports whether s is one JSON value.
func isJSON(s []byte) bool {
	var d jsonwire.Decoder
	d.Reset(s)
	d.Skip()
	d.End()
	return !d.Failed()
}

// isNumber reports whether s is a number as parameters have it: JSON's, leading zeros allowed.
func isNumber(s []byte) bool {
	return len(s) > 0 && s[len(s)-1] > ' ' && (s[0] == '-' || s[0]-'0' <= 9) && isJSON(canonicalNumber(s))
}

// canonicalNumber takes leading zeros off.
func canonicalNumber(s []byte) []byte {
	at := 0
	if len(s) > 0 && s[0] == '-' {
		at = 1
	}
	zeros := at
	for zeros+1 < len(s) && s[zeros] == '0' && s[zeros+1]-'0' <= 9 {
		zeros++
	}
	if zeros == at {
		return s
	}
	return append(bytes.Clone(s[:at]), s[zeros:]...)
}
