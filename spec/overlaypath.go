package spec

import (
	"math"
	"regexp"
	"strings"

	"github.com/theory/jsonpath"
	jsonpathspec "github.com/theory/jsonpath/spec"
)

// maxPathSteps is how much a path may do for each value that a document may have. A step is one of the way to a value that a selector looks at, as
// JSONPath holds the way in memory, or a value that a filter looks at. To look at every value of a real document takes ten for each that it has.
const maxPathSteps = 20

// selected are the values of the document that the segments of a path select, each once. It returns false where that takes too many steps.
func (o *overlay) selected(segments []*jsonpathspec.Segment) (jsonpath.LocatedNodeList, bool) {
	w := pathWork{left: float64(maxPathSteps * o.budget.limits.Nodes), all: float64(o.doc.root.size())}
	list, nodes := jsonpath.LocatedNodeList{{Node: o.plain}}, []*node{o.doc.root}
	for _, segment := range segments {
		w.of(segment)
		var next jsonpath.LocatedNodeList
		var found []*node
		seen := map[*node]bool{}
		for i, from := range list {
			if w.visit(nodes[i], len(from.Path)); w.left < 0 {
				return nil, false
			}
			for _, to := range segment.SelectLocated(from.Node, o.plain, from.Path) {
				if n := locate(nodes[i], to.Path[len(from.Path):]); n != nil && !seen[n] { // or else two descents find most values many times
					seen[n] = true
					next, found = append(next, to), append(found, n)
				}
			}
		}
		list, nodes = next, found
	}
	return list, true
}

// pathWork counts the steps of a path before they are taken.
type pathWork struct {
	left      float64
	all       float64 // values of the document
	deep      bool    // whether the segment descends
	selectors int
	filters   []pathFilter
}

// pathFilter is what a filter does with each value.
type pathFilter struct {
	queries, branches float64
	everywhere        bool // whether it looks at more than the value
}

// quoted is what a filter names and compares with, as the library prints it.
var quoted = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// of sets the segment that is next.
func (w *pathWork) of(segment *jsonpathspec.Segment) {
	w.deep, w.selectors, w.filters = segment.IsDescendant(), len(segment.Selectors()), nil
	for _, selector := range segment.Selectors() {
		filter, ok := selector.(*jsonpathspec.FilterSelector)
		if !ok {
			continue
		}
		text := quoted.ReplaceAllString(filter.String()[1:], "")
		roots := strings.Count(text, "$")
		f := pathFilter{queries: float64(1 + roots + strings.Count(text, "@"))}
		for _, branching := range []string{"..", "*", "?", ":", ","} {
			f.branches += float64(strings.Count(text, branching))
		}
		f.everywhere = roots > 1 || roots == 1 && f.branches > 0
		w.filters = append(w.filters, f)
	}
}

// visit takes the steps of a segment from n, which is at a depth. It returns how many values n is, where that matters.
func (w *pathWork) visit(n *node, depth int) (size float64) {
	w.left -= float64(w.selectors)
	size = 1
	for _, kid := range n.kids {
		if w.left < 0 {
			return size
		}
		var of float64
		switch {
		case w.deep:
			of = w.visit(kid, depth+1)
		case len(w.filters) > 0:
			of = float64(kid.size())
		}
		w.left -= float64((depth + 1) * w.selectors)
		for _, f := range w.filters {
			seen := of
			if f.everywhere {
				seen = w.all
			}
			w.left -= f.queries * math.Pow(seen, max(1, f.branches)) // each branch of a query finds at most all of them again
		}
		size += of
	}
	return size
}

// size is how many values n is.
func (n *node) size() int {
	size := 1
	for _, kid := range n.kids {
		size += kid.size()
	}
	return size
}
