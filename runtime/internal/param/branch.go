package param

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// maxBrackets is how many names in brackets a key may have behind one another.
const maxBrackets = 64

// branch is what the pairs say under one name: texts, and further branches by the names in brackets behind it.
type branch struct {
	name  string   // decoded; "" for an item without a position: []
	texts [][]byte // raw
	kids  []*branch
	index map[string]*branch // of kids, once there are many
}

// empty says whether nothing stands here.
func (b *branch) empty() bool { return len(b.texts) == 0 && len(b.kids) == 0 }

// add puts a text under a key, of which rest is left: "[tags][]". The key is well formed.
func (b *branch) add(f *form, rest string, text []byte) {
	for rest != "" {
		name, after, _ := cutSegment(f, rest)
		b, rest, f = b.kid(name, after), after, f.below(name)
	}
	b.texts = append(b.texts, text)
}

// wellFormed says whether rest is a sequence of names in brackets, of which there are not too many.
func wellFormed(f *form, rest string) bool {
	for depth := 0; rest != ""; depth++ {
		name, after, ok := cutSegment(f, rest)
		if !ok || depth == maxBrackets {
			return false
		}
		rest, f = after, f.below(name)
	}
	return true
}

// cutSegment cuts the name in brackets at the front of rest. A name ends at the first bracket, but for one that the object has.
func cutSegment(f *form, rest string) (name, after string, ok bool) {
	if rest[0] != '[' {
		return "", "", false
	}
	rest = rest[1:]
	if f != nil && f.object != nil && f.object.odd {
		if m := f.object.longest(rest, "]"); m != nil {
			return m.name, rest[len(m.name)+1:], true
		}
	}
	name, after, ok = strings.Cut(rest, "]")
	return name, after, ok
}

// longest returns the member of the longest name that text starts with, the end behind it.
func (o *object) longest(text, end string) (found *member) {
	for i := range o.members {
		m := &o.members[i]
		if strings.HasPrefix(text, m.name+end) && (found == nil || len(m.name) > len(found.name)) {
			found = m
		}
	}
	return found
}

// below returns the form of what stands under a name, nil if there is none.
func (f *form) below(name string) *form {
	switch {
	case f == nil:
		return nil
	case f.object != nil:
		if m := f.object.find(name); m != nil {
			return m.form
		}
		if f.items == nil {
			return f.object.rest
		}
	}
	return f.items
}

// kid returns the branch of a name, and makes it if there is none. Items without a position follow one another: a new one
// begins with a text of its own, and where the latest one has what comes already (items[][a]=1&items[][a]=2).
func (b *branch) kid(name, after string) *branch {
	if name == "" {
		if last := len(b.kids) - 1; after != "" && last >= 0 && b.kids[last].name == "" && !b.kids[last].has(after) {
			return b.kids[last]
		}
		return b.grow(name)
	}
	const few = 16
	if len(b.kids) <= few {
		for _, k := range b.kids {
			if k.name == name {
				return k
			}
		}
		return b.grow(name)
	}
	if b.index == nil {
		b.index = make(map[string]*branch)
		for _, k := range b.kids {
			b.index[k.name] = k
		}
	}
	if k := b.index[name]; k != nil {
		return k
	}
	b.index[name] = b.grow(name)
	return b.index[name]
}

func (b *branch) grow(name string) *branch {
	k := &branch{name: name}
	b.kids = append(b.kids, k)
	return k
}

// has says whether there is a text under a key already; lists have always room for more.
func (b *branch) has(rest string) bool {
	for rest != "" {
		name, after, ok := cutSegment(nil, rest)
		if !ok || name == "" {
			return len(b.texts) > 0
		}
		i := slices.IndexFunc(b.kids, func(k *branch) bool { return k.name == name })
		if i < 0 {
			return false
		}
		b, rest = b.kids[i], after
	}
	return !b.empty()
}

// isList says whether all names are positions of items or [].
func (b *branch) isList() bool {
	for _, k := range b.kids {
		if _, ok := position(k.name); !ok && k.name != "" {
			return false
		}
	}
	return true
}

// items returns the items of a list: those without a position in their order, then the others by theirs. Gaps are closed.
func (b *branch) items() []*branch {
	items := make([]*branch, 0, len(b.texts)+len(b.kids))
	for _, text := range b.texts {
		items = append(items, &branch{texts: [][]byte{text}})
	}
	for _, k := range b.kids {
		if k.name == "" {
			items = append(items, k)
		}
	}
	counted := len(items)
	for _, k := range b.kids {
		if k.name != "" {
			items = append(items, k)
		}
	}
	slices.SortStableFunc(items[counted:], func(x, y *branch) int {
		at, _ := position(x.name)
		other, _ := position(y.name)
		return cmp.Compare(at, other)
	})
	return items
}

// position reads the position of an item.
func position(name string) (uint64, bool) {
	if name == "" || len(name) > len("999999999") {
		return 0, false
	}
	n, err := strconv.ParseUint(name, 10, 64)
	return n, err == nil && name[0] != '+'
}
