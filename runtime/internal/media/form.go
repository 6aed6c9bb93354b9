package media

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

var (
	errNotUTF8 = errors.New("it is not UTF-8")
	errNesting = errors.New("a name is nested too deeply")
)

// maxNesting is how many pairs of brackets a name may have.
const maxNesting = 64

// readForm reads application/x-www-form-urlencoded (WHATWG URL section 5.1) into the members of root.
func readForm(root *node, f *field, body []byte, maxFields int) error {
	var pairs param.Query
	if pairs.Parse(body, maxFields) != nil {
		return fmt.Errorf("it has more than %d fields", maxFields)
	}
	for i := range pairs.Len() {
		pair := pairs.At(i)
		name, err := unescape(pair.Key)
		if err != nil {
			return err
		}
		n, at, err := find(root, f, string(name))
		if err != nil {
			return err
		}
		if err := readValue(n, at, pair.Value); err != nil {
			return err
		}
	}
	return nil
}

// paramStyles are the styles of parameters that hold several values in one text.
var paramStyles = map[style]param.Style{
	styleComma: param.Form, styleSpace: param.SpaceDelimited, stylePipe: param.PipeDelimited, styleTab: param.TabDelimited,
}

// readValue reads what stands behind a name. Text is split first and unescaped afterwards.
func readValue(n *node, at *field, raw []byte) error {
	split, ok := paramStyles[at.style]
	place := param.Place{In: param.InQuery, Style: split}
	switch {
	case ok && at.has(kindArray):
		n.list = true
		items := param.SplitItems(place, raw)
		for item, ok := items.Next(); ok; item, ok = items.Next() {
			if err := n.addEscaped(item); err != nil {
				return err
			}
		}
		return nil
	case ok && at.has(kindObject):
		members := param.SplitMembers(place, raw)
		for name, value, ok := members.Next(); ok; name, value, ok = members.Next() {
			key, err := unescape(name)
			if err == nil {
				err = n.kid(string(key)).addEscaped(value)
			}
			if err != nil {
				return err
			}
		}
		return members.Err()
	}
	return n.addEscaped(raw)
}

func (n *node) addEscaped(raw []byte) error {
	value, err := unescape(raw)
	n.texts = append(n.texts, text{data: value})
	return err
}

// unescape undoes percent-encoding, and reports what is not UTF-8.
func unescape(raw []byte) ([]byte, error) {
	s, err := param.Decode(nil, raw, param.InQuery)
	if err == nil && !utf8.Valid(s) {
		err = errNotUTF8
	}
	return s, err
}

// find returns the node that a name stands for, and its place: a member by its own name, or by a path in brackets, as a[b][0][c].
func find(root *node, f *field, name string) (*node, *field, error) {
	if f.object != nil {
		if at := f.object.byName[name]; at != nil {
			return root.kid(name), at, nil
		}
		if owner := f.object.flat[name]; owner != nil {
			return root.kid(owner.name).kid(name), owner.member(name), nil
		}
	}
	first, path, ok := strings.Cut(name, "[")
	if !ok || first == "" || !strings.HasSuffix(path, "]") || strings.Contains(strings.ReplaceAll(path[:len(path)-1], "][", ""), "[") {
		return root.kid(name), f.member(name), nil
	}
	n, at := root.kid(first), f.member(first)
	for depth := 0; ; depth++ {
		key, rest, more := strings.Cut(path, "]")
		if depth == maxNesting {
			return nil, nil, errNesting
		}
		if key == "" && rest == "" { // name[]=a
			n.list = true
			return n, at, nil
		}
		n, at = step(n, at, key, rest)
		if rest == "" || !more {
			return n, at, nil
		}
		path = strings.TrimPrefix(rest, "[")
	}
}

// step goes from a value to a member of it, or to an item. An item without a number is the last one, as long as that lacks the
// member that follows: a[][b]=1&a[][c]=2&a[][b]=3 are two.
func step(n *node, at *field, key, rest string) (*node, *field) {
	if key == "" {
		next := strings.TrimSuffix(strings.TrimPrefix(rest, "["), "]")
		next, _, _ = strings.Cut(next, "]")
		if last := len(n.kids) - 1; last < 0 || next == "" || n.kids[last].find(next) >= 0 {
			for n.find(strconv.Itoa(n.next)) >= 0 {
				n.next++
			}
			key = strconv.Itoa(n.next)
		} else {
			key = n.keys[last]
		}
	}
	if at.has(kindArray) && !at.has(kindObject) {
		return n.kid(key), at.item(0)
	}
	return n.kid(key), at.member(key)
}
