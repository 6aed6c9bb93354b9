package spec

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/theory/jsonpath"
	jsonpathspec "github.com/theory/jsonpath/spec"
)

// WithOverlays applies the documents at paths, one after another, to the document before anything else is looked at (OpenAPI
// Overlay 1.0 and 1.1). They may lie anywhere. What an overlay adds keeps its place in the overlay, and its references count from
// the document. Extends is not read: the document is the one that is loaded.
func WithOverlays(paths ...string) Option {
	return func(c *config) { c.overlays = append(c.overlays, paths...) }
}

// overlay is one overlay that is being applied.
type overlay struct {
	*reader
	doc    *file
	own    *file
	copies map[*node]bool // objects of the overlay that may have a name by $id or $anchor
	plain  any            // the document as JSONPath reads it, nil after a change
}

// openOverlays reads the overlays. The error is for a file that cannot be read.
func (r *reader) openOverlays() error {
	for _, path := range r.config.overlays {
		data, err := readDocument(path, r.config.limits.Size)
		if err != nil {
			if errors.Is(err, errTooLarge) {
				err = fmt.Errorf("%w: more than %s bytes", err, count(int(r.config.limits.Size)))
			}
			return fmt.Errorf("read overlay: %w", err)
		}
		r.overlays = append(r.overlays, newFile(path, path, "", data))
	}
	return nil
}

// overlay applies all overlays to the document. It reports whether they have a meaning; the faults are told.
func (r *reader) overlay(doc *file) bool {
	ok := true
	for _, own := range r.overlays {
		if !r.scanned(own) {
			return false
		}
		o := &overlay{reader: r, doc: doc, own: own, copies: map[*node]bool{}}
		for _, n := range own.names.candidates {
			o.copies[n] = true
		}
		actions := o.actions(own.root)
		// From here on what the overlay says is part of the document, and so are its references.
		root := own.root
		own.path, own.base, own.names = doc.path, doc.base, doc.shareNames()
		for _, action := range actions {
			if ok = o.apply(action) && ok; o.budget.nodes > o.budget.limits.Nodes {
				return false // each of the others would look through all of it
			}
		}
		own.root = doc.root
		ok = ok && root != nil && len(actions) > 0
	}
	return ok
}

// shareNames are the names of a file for another one that becomes part of it.
func (f *file) shareNames() identifiers {
	if f.names.resources == nil {
		f.names.resources = map[*node]bool{}
	}
	if f.names.anchors == nil {
		f.names.anchors, f.names.loose = map[anchor]*node{}, map[string]*node{}
	}
	return f.names
}

// actions checks the overlay itself, and lists what it does; none where it has no meaning.
func (o *overlay) actions(root *node) []*node {
	const remedy = "begin it with overlay: 1.0.0, info and actions"
	if root.shape != shapeObject || root.get("overlay") == nil {
		o.fail(root, "bad-overlay", "this is no OpenAPI overlay: it has no overlay member", remedy)
		return nil
	}
	if version := root.get("overlay"); !strings.HasPrefix(version.text, "1.") {
		o.fail(version, "bad-overlay", "version "+quote(version.text)+" of OpenAPI Overlay is not read", "use 1.0.0")
		return nil
	}
	o.unknown(root, "overlay", "info", "extends", "actions")
	list := root.get("actions")
	if len(list.items()) == 0 {
		o.fail(root, "bad-overlay", "the overlay has no list of actions", remedy)
		return nil
	}
	for _, action := range list.kids {
		if action.shape == shapeObject {
			o.unknown(action, "target", "description", "update", "remove", "copy")
		}
	}
	return list.kids
}

// unknown warns of members that an overlay does not have.
func (o *overlay) unknown(n *node, known ...string) {
	for _, kid := range n.kids {
		if !kid.isExtension() && !slices.Contains(known, kid.key) {
			o.report(o.own, Warning, "unknown-field", kid.keyLoc(), quote(kid.key)+" is no member of an overlay; it is ignored",
				o.didYouMean(kid.key, known, "take it out, or begin its name with x-"))
		}
	}
}

// apply does one action. It reports whether that has a meaning.
func (o *overlay) apply(action *node) bool {
	target := action.get("target")
	if target == nil || target.shape != shapeText {
		o.fail(action, "bad-overlay", "the action has no target", `write a JSONPath: target: $.paths["/pets"].get`)
		return false
	}
	found, ok := o.find(target)
	if !ok {
		return false
	}
	if len(found) == 0 {
		o.warn(target, "overlay-target", quote(target.text)+" selects nothing in the document; the action does nothing", "look at the path")
		return true
	}
	if remove, _ := action.truth("remove"); remove {
		return o.remove(target, found)
	}
	update := action.get("update")
	if from := action.get("copy"); from != nil && update == nil {
		sources, ok := o.find(from)
		if !ok || len(sources) != 1 {
			o.fail(from, "bad-overlay", "copy is the path of one value, and "+quote(from.text)+" selects "+count(len(sources)), "name one value")
			return false
		}
		update = sources[0]
	}
	if update == nil {
		o.fail(action, "bad-overlay", "the action neither updates, copies nor removes", "add update, copy, or remove: true")
		return false
	}
	o.plain = nil
	for _, n := range found {
		if !o.update(n, update) {
			return false
		}
	}
	return true
}

// remove takes what was found out of the document.
func (o *overlay) remove(target *node, found []*node) bool {
	o.plain = nil
	for _, n := range found {
		if n.parent == nil {
			o.fail(target, "bad-overlay", "the target is the whole document, which cannot be removed", "name what is to be removed")
			return false
		}
		n.parent.drop(n)
		for i, kid := range n.parent.kids {
			kid.index = int32(i)
		}
	}
	return true
}

// find evaluates a JSONPath (RFC 9535) over the document. The nodes come in the order of the document.
func (o *overlay) find(at *node) ([]*node, bool) {
	path, err := jsonpath.Parse(at.text)
	if err != nil {
		what := strings.TrimPrefix(err.Error(), jsonpath.ErrPathParse.Error()+": ")
		o.fail(at, "bad-overlay", quote(at.text)+" is no JSONPath: "+what, `write one as in RFC 9535: $.paths["/pets"].get`)
		return nil, false
	}
	if o.plain == nil {
		o.plain = o.doc.root.decoded()
	}
	list, ok := o.selected(path.Query().Segments())
	if !ok {
		o.fail(at, "limit", quote(at.text)+" looks at too many values of the document, again and again or deep down", "write the path out, or take out what nests")
		return nil, false
	}
	list.Sort()
	var found []*node
	for _, located := range list {
		found = append(found, locate(o.doc.root, located.Path))
	}
	return found, true
}

// locate walks a normalized path.
func locate(n *node, path jsonpathspec.NormalizedPath) *node {
	for _, step := range path {
		switch s := step.(type) {
		case jsonpathspec.Name:
			n = n.get(string(s))
		case jsonpathspec.Index:
			if n == nil || n.shape != shapeList || int(s) >= len(n.kids) {
				return nil
			}
			n = n.kids[int(s)]
		}
	}
	return n
}

// decoded is n as encoding/json would give it.
func (n *node) decoded() any {
	switch n.shape {
	case shapeNull:
		return nil
	case shapeBool:
		return n.isTrue()
	case shapeNumber:
		number, err := strconv.ParseFloat(jsonNumber(n.text), 64)
		if err != nil {
			return n.text
		}
		return number
	case shapeText:
		return n.text
	case shapeList:
		list := make([]any, len(n.kids))
		for i, kid := range n.kids {
			list[i] = kid.decoded()
		}
		return list
	}
	object := make(map[string]any, len(n.kids))
	for _, kid := range n.kids {
		if _, again := object[kid.key]; !again { // of a name that stands twice the first counts
			object[kid.key] = kid.decoded()
		}
	}
	return object
}

// update merges a value into a place of the document: an object into an object, member by member; to a list it is added; in the
// place of a scalar it stands.
func (o *overlay) update(n, value *node) bool {
	switch {
	case n.shape == shapeObject && value.shape == shapeObject:
		return o.merge(n, value)
	case n.shape == shapeList:
		kid := o.copy(value, n)
		if kid == nil {
			return false
		}
		n.add(kid)
		return true
	case n.shape == shapeObject:
		o.fail(value, "bad-overlay", "the target is an object, and the update is "+value.shape.String(), "write an object with the members to merge")
		return false
	}
	return o.replace(n, value)
}

// merge merges the members of an object: objects are merged in turn, lists appended, all else replaced.
func (o *overlay) merge(n, value *node) bool {
	for _, kid := range value.kids {
		have := n.get(kid.key)
		ok := true
		switch {
		case have == nil:
			added := o.copy(kid, n)
			if ok = added != nil; ok {
				n.add(added)
			}
		case have.shape == shapeObject && kid.shape == shapeObject:
			ok = o.merge(have, kid)
		case have.shape == shapeList && kid.shape == shapeList:
			for _, item := range kid.kids {
				added := o.copy(item, have)
				if added == nil {
					return false
				}
				have.add(added)
			}
		default:
			ok = o.replace(have, kid)
		}
		if !ok {
			return false
		}
	}
	return true
}

// replace puts a copy of a value in the place of n. What an earlier match of the same target has replaced already has no place.
func (o *overlay) replace(n, value *node) bool {
	if n.parent == nil {
		return false
	}
	at := slices.Index(n.parent.kids, n)
	if at < 0 {
		return true
	}
	made := o.copy(value, n.parent)
	if made == nil {
		return false
	}
	made.key, made.index = n.key, n.index
	n.parent.kids[at] = made
	delete(n.parent.file.members, n.parent)
	return true
}

// copy makes a copy of a value for one place; nil when the document has too many values then.
func (o *overlay) copy(n, parent *node) *node {
	if bad := o.budget.take(n.off); bad != nil {
		o.tell(o.own, *bad)
		return nil
	}
	made := *n
	made.parent, made.kids = parent, nil
	to := &made
	if o.copies[n] {
		o.doc.names.candidates = append(o.doc.names.candidates, to)
	}
	for _, kid := range n.kids {
		k := o.copy(kid, to)
		if k == nil {
			return nil
		}
		to.kids = append(to.kids, k)
	}
	return to
}
