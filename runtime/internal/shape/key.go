package shape

import (
	"errors"
	"slices"
	"strings"
)

// maxBrackets is how many names in brackets a key may have behind one another.
const maxBrackets = 64

var (
	// ErrNesting says that a key has too many names in brackets.
	ErrNesting = errors.New("a name is nested too deeply")

	errNoPath = errors.New("no sequence of names in brackets")
)

// Enter returns the node of the value that a key of a form stands for, and its place: a member by its own name, or where brackets
// is set by a path, as a[b][0][c] and a[]. An item without a position is a new one, or the latest one as long as that lacks what
// follows: a[][b]=1&a[][c]=2&a[][b]=3 are two. The node is nil for a key that belongs to somebody else; the error is ErrNesting.
func (n *Node) Enter(f *Field, key string, brackets bool) (*Node, *Field, error) {
	if at := f.Declared(key); at != nil {
		return n.Kid(key), at, nil
	}
	name, path := key, ""
	if brackets {
		name, path = f.Object.cut(key)
	}
	at := f.Member(name)
	owner := f.owner(name)
	if owner != nil {
		at = owner.Member(name)
	}
	err := at.checkPath(path)
	if errors.Is(err, ErrNesting) {
		return nil, nil, err
	}
	if err != nil { // what looks like a path is a name
		name, path, owner, at = key, "", nil, f.Member(key)
	}
	switch o := f.Object; {
	case owner != nil:
		n = n.Kid(owner.Name)
	case o == nil || o.byName[name] != nil:
	case o.rest == nil || slices.Contains(o.others, key) || slices.Contains(o.others, name):
		return nil, nil, nil
	}
	n, at = n.kid(name, path).walk(at, path)
	return n, at, nil
}

// EnterPath is Enter for a path alone, which begins with a bracket or is empty. The node is nil for what is no path.
func (n *Node) EnterPath(f *Field, path string) (*Node, *Field) {
	if f.checkPath(path) != nil {
		return nil, nil
	}
	return n.walk(f, path)
}

// owner returns the member whose members stand beside it, if one of them has the name.
func (f *Field) owner(name string) *Field {
	if f.Object == nil || f.Object.byName[name] != nil {
		return nil
	}
	return f.Object.flat[name]
}

// cut cuts a key before its first bracket, but for one that a name has itself.
func (o *Object) cut(key string) (name, path string) {
	if o != nil && o.odd {
		if f := o.longest(key, "["); f != nil {
			return f.Name, key[len(f.Name):]
		}
	}
	if at := strings.IndexByte(key, '['); at > 0 {
		return key[:at], key[at:]
	}
	return key, ""
}

// longest returns the member of the longest name that text starts with, the end behind it.
func (o *Object) longest(text, end string) (found *Field) {
	for _, f := range o.Fields {
		if strings.HasPrefix(text, f.Name+end) && (found == nil || len(f.Name) > len(found.Name)) {
			found = f
		}
	}
	return found
}

// walk goes along a path.
func (n *Node) walk(f *Field, path string) (*Node, *Field) {
	for path != "" {
		name, after, _ := f.cutSegment(path)
		n, path, f = n.kid(name, after), after, f.below(name)
	}
	return n, f
}

// kid is Kid for a name behind which a path goes on.
func (n *Node) kid(name, path string) *Node {
	if name != "" {
		return n.Kid(name)
	}
	if last := len(n.kids) - 1; path != "" && last >= 0 && n.kids[last].name == "" && !n.kids[last].has(path) {
		return n.kids[last]
	}
	return n.Append()
}

// has reports whether there is a text at the end of a path already; lists have always room for more.
func (n *Node) has(path string) bool {
	for path != "" {
		name, after, _ := Unknown.cutSegment(path)
		if name == "" {
			return len(n.Texts) > 0
		}
		if n = n.Find(name); n == nil {
			return false
		}
		path = after
	}
	return !n.Empty()
}

// checkPath says what is wrong with a path.
func (f *Field) checkPath(path string) error {
	for depth := 0; path != ""; depth++ {
		name, after, ok := f.cutSegment(path)
		switch {
		case !ok:
			return errNoPath
		case depth == maxBrackets:
			return ErrNesting
		}
		path, f = after, f.below(name)
	}
	return nil
}

// cutSegment cuts the name in brackets at the front of a path. It ends at the first bracket, but for one that a member's name has.
func (f *Field) cutSegment(path string) (name, after string, ok bool) {
	if path[0] != '[' {
		return "", "", false
	}
	path = path[1:]
	if f.Object != nil && f.Object.odd {
		if m := f.Object.longest(path, "]"); m != nil {
			return m.Name, path[len(m.Name)+1:], true
		}
	}
	return strings.Cut(path, "]")
}
