package media

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
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
	data []byte
	what textKind
}

type textKind uint8

const (
	plainText textKind = iota
	jsonText           // valid JSON
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

// appendNode appends a value as JSON. What its layout does not allow is written as what it looks like: the decoder refuses it.
func appendNode(b []byte, n *node, f *field) []byte {
	switch {
	case len(n.kids) == 0 && !n.list && len(n.texts) == 1:
		return appendText(b, n.texts[0], f)
	case len(n.kids) == 0 && (n.list || len(n.texts) > 1):
		return appendItems(b, n.texts, f)
	case len(n.texts) > 0: // both: nothing that anybody means
		return append(appendItems(append(b, '['), n.texts, unknown), ']')
	case f.has(kindArray) && (!f.has(kindObject) || n.numbered()), f.has(kindAny) && n.numbered() && len(n.kids) > 0:
		return appendNumbered(b, n, f)
	}
	b = append(b, '{')
	for i, key := range n.keys {
		b = appendName(b, i, key)
		b = appendNode(b, n.kids[i], f.member(key))
	}
	return append(b, '}')
}

func appendName(b []byte, i int, name string) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return append(jsonwire.AppendString(b, name), ':')
}

// appendItems appends an array whose items are texts.
func appendItems(b []byte, texts []text, f *field) []byte {
	b = append(b, '[')
	for i, t := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, t, f.item(i))
	}
	return append(b, ']')
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

// appendNumbered appends an array whose items have numbers, in their order; gaps are closed.
func appendNumbered(b []byte, n *node, f *field) []byte {
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
	b = append(b, '[')
	for i, at := range order {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNode(b, n.kids[at], f.item(i))
	}
	return append(b, ']')
}

// appendText appends what one text stands for.
func appendText(b []byte, t text, f *field) []byte {
	if t.what == jsonText {
		return append(b, t.data...)
	}
	s := t.data
	switch {
	case f.style == styleJSON && isJSON(s):
		return append(b, s...)
	case f.has(kindString) && f.texts != nil && slices.Contains(f.texts, string(s)):
		return appendString(b, s)
	case f.has(kindNumber) && isNumber(s):
		return append(b, canonicalNumber(s)...)
	case f.has(kindBoolean) && (string(s) == "true" || string(s) == "false"):
		return append(b, s...)
	case len(s) == 0 && f.has(kindNull) && !f.has(kindString):
		return jsonwire.AppendNull(b)
	case f.has(kindObject) && len(s) > 0 && s[0] == '{' && isJSON(s):
		return append(b, s...)
	case f.has(kindString) && f.texts == nil, f.has(kindAny):
		return appendString(b, s)
	case f.has(kindArray):
		return appendItems(b, []text{t}, f)
	}
	return appendString(b, s)
}

func appendString(b, s []byte) []byte { return jsonwire.AppendString(b, string(s)) }

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
