package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// shape is the JSON type of a node.
type shape uint8

const (
	shapeNull shape = iota
	shapeBool
	shapeNumber
	shapeText
	shapeList
	shapeObject
)

// String names the shape as a reader of the document knows it.
func (s shape) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "a list", "an object"}[s]
}

// node is one value of a file. The parser makes it, the checker repairs it, everything after only reads.
type node struct {
	file   *file
	parent *node
	key    string  // its name, in an object
	text   string  // of a scalar, as it is written: the string, the digits of a number, true or false
	kids   []*node // members of an object or items of a list, in document order
	ref    *node   // what a $ref of this object names, one step; set by the checker alone, nil where it is no reference
	off    int32   // byte offset of the value in the text of the file
	keyOff int32   // byte offset of the name, in an object
	index  int32   // place in a list
	shape  shape
	role   role // as what it was checked
	untold bool // a schema whose types are none that exist, of which a warning has told
	broken bool // it names nothing or has no meaning: users of it leave it out
	old    bool // key is not what the document says, but what it means now
}

// indexFrom is the number of members from which on an object has a map.
const indexFrom = 16

// get returns the member of an object, nil where it has none.
func (n *node) get(key string) *node {
	if n == nil || n.shape != shapeObject {
		return nil
	}
	if len(n.kids) >= indexFrom {
		return n.file.membersOf(n)[key]
	}
	for _, kid := range n.kids {
		if kid.key == key {
			return kid
		}
	}
	return nil
}

// value returns the text of a string member, "" where there is none.
func (n *node) value(key string) string {
	if kid := n.get(key); kid != nil && kid.shape == shapeText {
		return kid.text
	}
	return ""
}

// truth returns the value of a boolean member and whether it is there.
func (n *node) truth(key string) (is, ok bool) {
	if kid := n.get(key); kid != nil && kid.shape == shapeBool {
		return kid.isTrue(), true
	}
	return false, false
}

// isTrue reports whether a boolean is true; YAML knows true, True and TRUE.
func (n *node) isTrue() bool {
	return n.shape == shapeBool && n.text != "" && n.text[0]|0x20 == 't'
}

// made is a node that is not in the document, at the place of n.
func (n *node) made(key string, of shape) *node {
	return &node{file: n.file, key: key, off: n.off, keyOff: n.keyOff, shape: of}
}

// madeText is a string that is not in the document, at the place of n.
func (n *node) madeText(key, text string) *node {
	made := n.made(key, shapeText)
	made.text = text
	return made
}

// add appends a member or an item.
func (n *node) add(kid *node) {
	kid.parent = n
	kid.index = int32(len(n.kids))
	n.kids = append(n.kids, kid)
	delete(n.file.members, n)
}

// keep makes n hold those of its members or items alone that ok reports. All are looked at first: n is whole meanwhile.
func (n *node) keep(ok func(*node) bool) {
	all := n.kids
	var kept []*node
	dropped := false
	for i, kid := range all {
		if ok(kid) {
			if dropped {
				kept = append(kept, kid)
			}
		} else if !dropped {
			dropped = true
			kept = append(make([]*node, 0, len(all)-1), all[:i]...)
		}
	}
	if dropped {
		n.kids = kept
		delete(n.file.members, n)
	}
}

// drop removes a member or an item.
func (n *node) drop(kid *node) {
	for i, k := range n.kids {
		if k == kid {
			n.kids = append(n.kids[:i:i], n.kids[i+1:]...)
			break
		}
	}
	delete(n.file.members, n)
}

// end follows references to the value that they name. The checker has made sure that there is one.
func (n *node) end() *node {
	for n != nil && n.ref != nil {
		n = n.ref
	}
	return n
}

// dead reports whether a place has no meaning and is left out.
func (n *node) dead() bool {
	n = n.end()
	return n == nil || n.broken
}

// longestPointer bounds pointers: every schema has one, and names may be long.
const longestPointer = 1000

// pointer is the JSON pointer of n in its file as a fragment (RFC 6901), without percent-encoding. Of a very long one the
// middle is replaced by a hash.
func (n *node) pointer() string {
	var steps []*node
	length := 1
	for at := n; at.parent != nil; at = at.parent {
		steps = append(steps, at)
		length += 1 + len(at.key)
	}
	if length > longestPointer {
		return n.longPointer()
	}
	b := []byte{'#'}
	for i := len(steps) - 1; i >= 0; i-- {
		b = append(b, '/')
		if steps[i].parent.shape == shapeList {
			b = strconv.AppendInt(b, int64(steps[i].index), 10)
		} else {
			b = append(b, escapePointer(steps[i].key)...)
		}
	}
	return string(b)
}

// longPointer is a pointer in bounded length and still its own. Those of objects and lists are remembered.
func (n *node) longPointer() string {
	if p, ok := n.file.pointers[n]; ok {
		return p
	}
	step := escapePointer(n.key)
	if n.parent.shape == shapeList {
		step = strconv.Itoa(int(n.index))
	}
	p := n.parent.pointer() + "/" + step
	if len(p) > longestPointer {
		const end = 100
		hash := sha256.Sum256([]byte(p))
		p = p[:end] + "/.../" + hex.EncodeToString(hash[:8]) + "/" + step[:min(len(step), end)]
		p = strings.ToValidUTF8(p, "")
	}
	if n.shape >= shapeList {
		n.file.pointers[n] = p
	}
	return p
}

func escapePointer(s string) string {
	if !strings.ContainsAny(s, "~/") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

func unescapePointer(s string) string {
	if !strings.Contains(s, "~") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
}

// loc is where a reader looks for n: objects and lists at their name, scalars at themselves.
func (n *node) loc() Location {
	off := n.off
	if n.shape >= shapeList && n.parent != nil && n.parent.shape == shapeObject {
		off = n.keyOff
	}
	return n.file.location(off, n.pointer())
}

// keyLoc is the place of the name of a member.
func (n *node) keyLoc() Location {
	if n.parent == nil || n.parent.shape != shapeObject {
		return n.loc()
	}
	return n.file.location(n.keyOff, n.pointer())
}

// isExtension reports whether the member is one of a vendor.
func (n *node) isExtension() bool { return strings.HasPrefix(n.key, "x-") }

// appendJSON writes n as JSON. Only walk-free parts of a document go through here: references in it stay as written.
func (n *node) appendJSON(b []byte) []byte {
	switch n.shape {
	case shapeNull:
		return append(b, "null"...)
	case shapeBool:
		return strconv.AppendBool(b, n.isTrue())
	case shapeNumber:
		return append(b, jsonNumber(n.text)...)
	case shapeText:
		return appendString(b, n.text)
	case shapeList:
		b = append(b, '[')
		for i, kid := range n.kids {
			if i > 0 {
				b = append(b, ',')
			}
			b = kid.appendJSON(b)
		}
		return append(b, ']')
	default:
		b = append(b, '{')
		for i, kid := range n.kids {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, kid.key), ':')
			b = kid.appendJSON(b)
		}
		return append(b, '}')
	}
}

// literal is n as a value of the document.
func (n *node) literal() Literal {
	return Literal{Loc: n.loc(), JSON: string(n.appendJSON(nil))}
}

const hexDigits = "0123456789abcdef"

// appendString writes s as a JSON string. The parsers made sure that it is UTF-8.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, s[from:]...), '"')
}
