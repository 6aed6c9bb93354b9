package spec

import (
	"path/filepath"
	"slices"
	"strings"
)

// lifter makes the model of nodes that the checker has repaired.
type lifter struct {
	*reader
	api      *API
	root     *node
	schemas  map[reached]*Schema
	dynamics *dynamics
	scope    *scope // that of the schema being filled
	nodes    map[*Schema]*node
	all      []*Schema // in the order of their finding
	queue    []*Schema // found by reference and not yet filled
	names    map[*node]string
	children map[*node][]*node // schemas of components that have another one in their allOf
	kin      int               // descendants found so far
	values   []valueCheck
	schemes  map[string]*SecurityScheme
	opIDs    map[string]*Operation
	calls    map[*node]*Operation // of callbacks
	lifted   map[*node]*Operation // of the API
	links    []pendingLink
	places   map[*node]operationPlace
	routes   map[route]*Operation
	tags     map[string]*Tag // by name
	filter   *filter

	// What many places refer to is lifted once.
	shared      map[*node]*Parameter
	contents    map[*node][]*MediaType
	bodies      map[*node]*RequestBody
	headerLists map[*node][]*Parameter
	produced    map[produced][]*MediaType

	parts  map[*node]bool // encodings that are being lifted: references may make rings of them
	extras map[*node]Extensions

	made int  // operations, parameters, responses and uses of schemes so far
	full bool // too many
}

// lift makes the API. Findings of this step may be errors: the caller looks at them.
func (r *reader) lift(f *file, refs references) *API {
	l := &lifter{
		reader: r, root: f.root,
		api:     &API{files: map[string]*file{}},
		schemas: map[reached]*Schema{}, dynamics: findDynamics(r.order, refs.nodes), nodes: map[*Schema]*node{},
		names: map[*node]string{}, children: map[*node][]*node{}, schemes: map[string]*SecurityScheme{}, opIDs: map[string]*Operation{},
		calls: map[*node]*Operation{}, lifted: map[*node]*Operation{}, places: map[*node]operationPlace{}, routes: map[route]*Operation{},
		shared: map[*node]*Parameter{}, contents: map[*node][]*MediaType{}, bodies: map[*node]*RequestBody{},
		headerLists: map[*node][]*Parameter{}, produced: map[produced][]*MediaType{}, parts: map[*node]bool{}, extras: map[*node]Extensions{}, filter: newFilter(r.config.filter),
	}
	for _, other := range slices.Concat(r.order, r.overlays) {
		l.api.files[other.name] = other
	}
	l.head()
	l.components()
	l.webhooks() // before operations, of which others may be added at the end: they keep their operationId
	l.paths()
	l.hoistServers()
	l.resolveLinks()
	l.drain()
	if l.filter.active() {
		l.keepReached()
		l.unmatched()
	}
	l.gatherNamed()
	l.cutRings()
	l.refuseEndless()
	l.checkValues()
	l.source(f, refs)
	return l.api
}

// head lifts what stands about the API as a whole.
func (l *lifter) head() {
	a, info := l.api, l.root.get("info").end()
	a.Version = strings.TrimSpace(l.root.value("openapi") + l.root.value("swagger"))
	a.Title, a.APIVersion, a.Description = info.value("title"), info.value("version"), info.value("description")
	a.Extensions, a.Own = l.extensions(l.root), l.own(l.root)
	if l.version == version20 {
		l.servers20()
		l.setBasePath()
	} else {
		l.servers()
	}
	l.declaredTags()
}

// components lifts the named schemas and the security schemes.
func (l *lifter) components() {
	schemas := l.kids(l.schemaSection(l.root))
	for _, n := range schemas {
		l.alias(n)
		for _, member := range n.get("allOf").items() {
			if member.ref != nil {
				parent := member.end()
				l.children[parent] = append(l.children[parent], n)
			}
		}
	}
	listed := map[*Schema]bool{}
	for _, n := range schemas {
		if l.filter.active() {
			break // those alone that something refers to
		}
		if s := l.schema(n); !listed[s] {
			listed[s] = true
			l.api.Schemas = append(l.api.Schemas, s)
		}
	}
	for _, n := range l.kids(l.holder(l.root).get(l.grammar(roleSecurityScheme).section)) {
		l.securityScheme(n)
	}
	l.drain()
}

// alias gives a schema of another file the name under which components of the root document refers to it.
func (l *lifter) alias(n *node) {
	if n.ref == nil || !l.onlyAnnotates(n) {
		return
	}
	to := l.identity(n)
	if _, named := l.names[to]; !named && to.file.root != l.root {
		l.names[to] = n.key
	}
}

// gatherNamed adds the named schemas of other places than components to the list.
func (l *lifter) gatherNamed() {
	listed := make(map[*Schema]bool, len(l.api.Schemas))
	for _, s := range l.api.Schemas {
		listed[s] = true
	}
	for _, s := range l.all {
		if s.Ref != "" && !listed[s] {
			listed[s] = true
			l.api.Schemas = append(l.api.Schemas, s)
		}
	}
}

// schemaSections are the names of maps that hold named schemas.
var schemaSections = map[string]bool{"schemas": true, "definitions": true, "$defs": true}

// nameOf is the name that components or a file gives a schema, and whether there is one: it may be "".
func (l *lifter) nameOf(n *node) (name string, named bool) {
	if name, ok := l.names[n]; ok {
		return name, true
	}
	switch {
	case n.parent == nil:
		base := filepath.Base(n.file.path)
		return strings.TrimSuffix(base, filepath.Ext(base)), true
	case n.parent.shape == shapeObject && schemaSections[n.parent.key] && n.parent.role == roleNone:
		return n.key, true
	case n.parent == n.file.root && n.file.root != l.root && n.file.root.role == roleNone:
		return n.key, true // a file of fragments
	default:
		return "", false
	}
}

// identityText is the identity of a place: its pointer, after the file where that is not the root document.
func (l *lifter) identityText(n *node) string {
	if n.file.root == l.root {
		return n.pointer()
	}
	return n.file.id + n.pointer()
}

// list returns the items of a list member that have a meaning, references followed.
func (l *lifter) list(n *node, key string) []*node {
	var out []*node
	for _, item := range n.get(key).end().items() {
		if !item.dead() {
			out = append(out, item.end())
		}
	}
	return out
}

// items are the values of a list, none for all else.
func (n *node) items() []*node {
	if n == nil || n.shape != shapeList {
		return nil
	}
	return n.kids
}

// kids are the members of a map of OpenAPI objects; the map itself may be a reference.
func (l *lifter) kids(n *node) []*node {
	if n == nil || n.dead() {
		return nil
	}
	if n = n.end(); n.shape != shapeObject {
		return nil
	}
	return n.kids
}

// spend counts one object of the model. It returns false once there are more than any document needs: objects that many
// places refer to multiply.
func (l *lifter) spend(n *node) bool {
	if l.made++; l.made > l.config.limits.Nodes && !l.full {
		l.full = true
		l.fail(n, "limit", "the references of the document multiply beyond "+count(l.config.limits.Nodes)+" operations, parameters and responses", "split the API into several documents")
	}
	return !l.full
}

// own are the extensions of an object that the generator may read; n may be a reference.
func (l *lifter) own(n *node) (list OwnExtensions) {
	for _, kid := range n.end().kids {
		if strings.HasPrefix(kid.key, ownPrefix) {
			e := Extension{Loc: kid.loc(), Name: kid.key, Text: kid.appendJSON(nil)}
			for _, member := range l.kids(kid) {
				e.Members = append(e.Members, Keyword{member.loc(), member.key})
			}
			list = append(list, e)
		}
	}
	return list
}

// extensions are the x- members of an object.
func (l *lifter) extensions(n *node) Extensions {
	if n == nil || n.shape != shapeObject {
		return nil
	}
	out, known := l.extras[n]
	if known {
		return out
	}
	for _, kid := range n.kids {
		if kid.isExtension() {
			if out == nil {
				out = Extensions{}
				l.extras[n] = out
			}
			out[kid.key] = kid.appendJSON(nil)
		}
	}
	return out
}
