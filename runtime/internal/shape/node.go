package shape

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// Node is a value that was read from text, before its shape tells what it is. The zero Node is a value of which nothing was
// found.
type Node struct {
	Texts []Text // that stand for the value itself, in the order of their coming: several make an array
	List  bool   // it is an array, however many items came
	Fault Fault  // what is wrong with it as a whole

	name  string  // in its parent; "" for an item without a position
	kids  []*Node // members, or items
	index map[string]*Node
}

// Text is one text that stands for a value, decoded.
type Text struct {
	Data  []byte
	What  TextKind
	File  *value.File // of FileText
	Fault Fault       // what is wrong with what it came in
}

// TextKind says what a text is beyond its bytes.
type TextKind uint8

// The kinds of texts.
const (
	PlainText TextKind = iota
	JSONText           // valid JSON
	FileText           // a part that looks like a file
	NullText
)

// few is how many members are looked through one by one.
const few = 8

// Empty reports whether nothing was found.
func (n *Node) Empty() bool { return len(n.Texts) == 0 && len(n.kids) == 0 }

// Kids returns how many members or items were found.
func (n *Node) Kids() int { return len(n.kids) }

// Add adds a text.
func (n *Node) Add(t Text) { n.Texts = append(n.Texts, t) }

// Kid returns the member of a name, and makes it where there is none.
func (n *Node) Kid(name string) *Node {
	if kid := n.Find(name); kid != nil {
		return kid
	}
	kid := n.grow(name)
	if n.index != nil {
		n.index[name] = kid
	}
	return kid
}

// Append adds an item behind the others.
func (n *Node) Append() *Node { return n.grow("") }

// Nest makes n an array, whose first item is what was found until now.
func (n *Node) Nest() {
	first := *n
	first.name = ""
	*n = Node{List: true, name: n.name, kids: []*Node{&first}}
}

func (n *Node) grow(name string) *Node {
	kid := &Node{name: name}
	n.kids = append(n.kids, kid)
	return kid
}

// Find returns the member of a name, nil if there is none.
func (n *Node) Find(name string) *Node {
	if len(n.kids) <= few {
		for _, kid := range n.kids {
			if kid.name == name {
				return kid
			}
		}
		return nil
	}
	if n.index == nil {
		n.index = make(map[string]*Node)
		for _, kid := range n.kids {
			n.index[kid.name] = kid
		}
	}
	return n.index[name]
}

// HasAllowed reports whether a member was found that f may have.
func (n *Node) HasAllowed(f *Field) bool {
	return slices.ContainsFunc(n.kids, func(kid *Node) bool { return !f.Member(kid.name).Has(KindNever) })
}

// numbered reports whether all that stands below are items: by their positions, or without.
func (n *Node) numbered() bool {
	for _, kid := range n.kids {
		if _, ok := position(kid.name); !ok && kid.name != "" {
			return false
		}
	}
	return len(n.kids) > 0
}

// items are the items of an array: those without a position in their order, then the others by theirs. Gaps are closed. A node is valid until the next one.
func (n *Node) items(yield func(i int, item *Node) bool) {
	i := 0
	next := func(item *Node) bool {
		i++
		return yield(i-1, item)
	}
	for t := range n.Texts {
		if !next(&Node{Texts: n.Texts[t : t+1 : t+1]}) {
			return
		}
	}
	var placed []*Node
	for _, kid := range n.kids {
		if kid.name != "" {
			placed = append(placed, kid)
		} else if !next(kid) {
			return
		}
	}
	slices.SortStableFunc(placed, func(x, y *Node) int {
		at, _ := position(x.name)
		other, _ := position(y.name)
		return cmp.Compare(at, other)
	})
	for _, kid := range placed {
		if !next(kid) {
			return
		}
	}
}

// position reads the position of an item. No array has a billion of them.
func position(name string) (int, bool) {
	if name == "" || len(name) > len("999999999") || name[0]-'0' > 9 {
		return 0, false
	}
	n, err := strconv.Atoi(name)
	return n, err == nil
}
