package spec

import "strings"

// Filter chooses operations. An operation is kept when no Include names anything or one of them names it, and no Exclude does.
// Operations of webhooks are chosen by tag and ID alone.
type Filter struct {
	IncludeTags, ExcludeTags []string
	// Paths are patterns for the keys of paths, as they stand in the document: "*" is one segment, or a part of one, and "**" at
	// the end all that follows. "/pets/{petId}" is itself.
	IncludePaths, ExcludePaths []string
	// Operations are operationIds.
	IncludeOperations, ExcludeOperations []string
}

// WithFilter leaves out operations, and the named schemas that only these refer to. [API.Source] does not have the operations
// either. What a filter names and the document has not is a Warning of class "unmatched-filter". Default: all are kept.
func WithFilter(f Filter) Option { return func(c *config) { c.filter = f } }

// filter is a Filter at work.
type filter struct {
	Filter
	left     map[*node]bool  // operations, and paths without any, that are left out
	kept     map[*node]bool  // what a path that shares them keeps
	names    map[string]bool // operationIds of those that are left out
	matched  map[string]bool // by what is named, with its kind before it
	tags     []string        // of the document, for remedies
	ids      []string
	paths    []string
	existing map[string]bool
}

func newFilter(f Filter) *filter {
	return &filter{Filter: f, left: map[*node]bool{}, kept: map[*node]bool{}, names: map[string]bool{}, matched: map[string]bool{}, existing: map[string]bool{}}
}

func (f *filter) active() bool {
	return f.includes() || len(f.ExcludeTags)+len(f.ExcludePaths)+len(f.ExcludeOperations) > 0
}

func (f *filter) includes() bool {
	return len(f.IncludeTags)+len(f.IncludePaths)+len(f.IncludeOperations) > 0
}

// keeps decides about an operation. path is "" for one of a webhook.
func (f *filter) keeps(n *node, path string) bool {
	if !f.active() {
		return true
	}
	op := n.end()
	var tags []string
	for _, tag := range op.get("tags").items() {
		if tag.shape == shapeText {
			tags = append(tags, tag.text)
			f.tags = f.known(f.tags, "tag ", tag.text)
		}
	}
	id := op.value("operationId")
	f.ids = f.known(f.ids, "operation ", id)
	f.paths = f.known(f.paths, "path ", path)
	named := func(kind string, list []string, is func(string) bool) (found bool) {
		for _, want := range list {
			if is(want) {
				f.matched[kind+want] = true
				found = true
			}
		}
		return found
	}
	tagged := func(want string) bool {
		for _, tag := range tags {
			if tag == want {
				return true
			}
		}
		return false
	}
	is := func(want string) bool { return id != "" && id == want }
	on := func(pattern string) bool { return path != "" && matchesPath(pattern, path) }
	in := named("tag ", f.IncludeTags, tagged)
	in = named("path ", f.IncludePaths, on) || in
	in = named("operation ", f.IncludeOperations, is) || in
	out := named("tag ", f.ExcludeTags, tagged)
	out = named("path ", f.ExcludePaths, on) || out
	out = named("operation ", f.ExcludeOperations, is) || out
	keep := (in || !f.includes()) && !out
	if keep {
		f.kept[n] = true
	} else {
		f.left[n] = true
		f.names[id] = true
	}
	return keep
}

// known adds a word of the document, once.
func (f *filter) known(list []string, kind, word string) []string {
	if word == "" || f.existing[kind+word] {
		return list
	}
	f.existing[kind+word] = true
	return append(list, word)
}

// drops tells whether a place is left out of the document itself: one that another path shares stays.
func (f *filter) drops(n *node) bool { return f.left[n] && !f.kept[n] }

// matchesPath holds a path against a pattern, segment by segment.
func matchesPath(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i, segment := range want {
		if segment == "**" && i == len(want)-1 {
			return len(have) >= i
		}
		if i >= len(have) || !matchesSegment(segment, have[i]) {
			return false
		}
	}
	return len(want) == len(have)
}

// matchesSegment holds a segment against a pattern, in which each * is any text.
func matchesSegment(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(text, first) || len(text) < len(first)+len(last) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return true
}

// unmatched tells what a filter names that the document has not.
func (l *lifter) unmatched() {
	f := l.filter
	at := l.root.get("paths")
	if at == nil {
		at = l.root
	}
	for _, names := range []struct {
		kind, what string
		lists      [2][]string
		words      []string
		usual      string
	}{
		{"tag ", "no operation has the tag ", [2][]string{f.IncludeTags, f.ExcludeTags}, f.tags, "name a tag of an operation"},
		{"path ", "no path of the document is ", [2][]string{f.IncludePaths, f.ExcludePaths}, f.paths, "name a path as it stands in the document, or a pattern such as /pets/**"},
		{"operation ", "no operation has the operationId ", [2][]string{f.IncludeOperations, f.ExcludeOperations}, f.ids, "name an operationId"},
	} {
		for _, list := range names.lists {
			for _, want := range list {
				if !f.matched[names.kind+want] {
					l.warn(at, "unmatched-filter", names.what+quote(want)+", which is to be included or excluded", l.didYouMean(want, names.words, names.usual))
				}
			}
		}
	}
}

// keepReached lists the named schemas that something refers to, where operations were left out.
func (l *lifter) keepReached() {
	listed := map[*Schema]bool{}
	for _, n := range l.kids(l.schemaSection(l.root)) {
		to, _ := l.follow(n)
		if s := l.schemas[to]; s != nil && !listed[s] {
			listed[s] = true
			l.api.Schemas = append(l.api.Schemas, s)
		}
	}
}
